type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The endpoint that S3 is reached at: the one given, else that of the environment (AWS SDKs and Tools Reference Guide,
 * "Service-specific endpoints"); undefined for AWS itself. A variable that is empty is not set.
 */
export async function s3Endpoint(
  given: string | undefined,
  environment: Environment,
): Promise<string | undefined> {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = environment;
  return [given, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL].find((url) => url !== undefined && url !== '');
}
