/** How AWS is reached: what a profile and the command line say beyond the SDK's own environment. */
export interface AwsSettings {
  region: string | undefined;
  /** Endpoint of S3, or of a server that speaks it; STS, IAM and SQS have their own. */
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
  /** `AES256`, which a bucket may demand in a header; with a KMS key, the key says it. */
  sse: string | undefined;
  /** A canned ACL that the bucket demands. */
  acl: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
}
