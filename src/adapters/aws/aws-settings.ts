/** How AWS is reached: what a profile and the command line say beyond the SDK's own environment. */
export interface AwsSettings {
  region: string | undefined;
  /** Endpoint of an S3-compatible server, for all services. */
  endpointUrl: string | undefined;
  /** Bucket in the path instead of the host name; undefined: where an endpoint is named. */
  pathStyle: boolean | undefined;
  role: { arn: string; externalId: string | undefined } | undefined;
}

/** How objects are written. */
export interface S3WriteSettings {
  bucket: string;
  prefix: string;
  bucketOwner: string | undefined;
  storageClass: string | undefined;
  kmsKeyId: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
}
