/** Where a probe looks, from the nearest to the farthest. */
export type Layer =
  | 'configuration'
  | 'credentials'
  | 'network'
  | 'role'
  | 'bucket'
  | 'delivery'
  | 'encryption'
  | 'least privilege'
  | 'policies';

interface ProbeRow {
  id: string;
  layer: Layer;
  /** What is so where it passes. */
  title: string;
  /** What is done to find out. */
  tries: string;
  /** Probes without which this one makes no sense. */
  needs: readonly string[];
  /** May put something into the bucket, or take it away. */
  writes?: true;
  /** Where this could not be tried, the access is not proven. */
  essential?: true;
}

/** The ladder, from the lowest rung to the highest. */
const rows = [
  {
    id: 'configuration',
    layer: 'configuration',
    title: 'The configuration is complete and valid',
    tries:
      'reads the profile: bucket, region, role with the name that the vendor may assume, external id, owner',
    needs: [],
    essential: true,
  },
  {
    id: 'credentials',
    layer: 'credentials',
    title: 'There are credentials, and AWS knows them',
    tries:
      "takes them from the SDK's default chain, looks when they end, and asks sts:GetCallerIdentity whose they are",
    needs: [],
    essential: true,
  },
  {
    id: 'sts-endpoint',
    layer: 'network',
    title: 'The STS of the region answers',
    tries: 'looks whether sts:GetCallerIdentity was answered, whatever the answer was',
    needs: ['configuration', 'credentials'],
  },
  {
    id: 'clock',
    layer: 'network',
    title: 'The clock of this machine is right',
    tries: 'compares it with the Date of the answer; AWS refuses what was signed more than 15 minutes ago',
    needs: ['sts-endpoint'],
  },
  {
    id: 'role',
    layer: 'role',
    title: 'The role exists and is visible',
    tries: 'iam:GetRole, where the credentials are of the account of the role',
    needs: ['configuration', 'credentials', 'sts-endpoint'],
  },
  {
    id: 'assume-role',
    layer: 'role',
    title: 'The role can be assumed with the external id',
    tries: 'sts:AssumeRole with the external id of the profile',
    needs: ['configuration', 'credentials', 'sts-endpoint', 'role'],
    essential: true,
  },
  {
    id: 'without-external-id',
    layer: 'role',
    title: 'The role is refused without the external id',
    tries: 'sts:AssumeRole without any external id',
    needs: ['assume-role'],
    essential: true,
  },
  {
    id: 'wrong-external-id',
    layer: 'role',
    title: 'The role is refused with another external id',
    tries:
      'sts:AssumeRole with ids that are nearly the one of the profile: another last letter, case, beginning or end',
    needs: ['assume-role'],
    essential: true,
  },
  {
    id: 'bucket',
    layer: 'bucket',
    title: 'The bucket exists',
    tries:
      'a HEAD of the bucket with the credentials at hand; a refusal that names its region proves it as well',
    needs: ['configuration', 'credentials'],
  },
  {
    id: 'bucket-region',
    layer: 'bucket',
    title: 'The bucket is in the region of the profile',
    tries: 'compares with the region that S3 names in x-amz-bucket-region',
    needs: ['bucket'],
  },
  {
    id: 'bucket-owner',
    layer: 'bucket',
    title: 'The bucket is owned by the expected account',
    tries:
      'asks with and without x-amz-expected-bucket-owner: what only the first is refused is not owned by that account',
    needs: ['bucket-region'],
  },
  {
    id: 'object-lock',
    layer: 'bucket',
    title: 'Objects are not locked',
    tries:
      's3:GetBucketObjectLockConfiguration; before anything is written to a bucket with a default retention, it asks',
    needs: ['bucket-region'],
  },
  {
    id: 'put-object',
    layer: 'delivery',
    title: 'An object can be delivered',
    tries:
      'the very PutObject of a delivery, if the name is free: one probe of its own, and one where each audit type would lie, in a partition of 1971',
    needs: ['assume-role', 'bucket-region', 'bucket-owner', 'object-lock'],
    writes: true,
    essential: true,
  },
  {
    id: 'conditional-write',
    layer: 'delivery',
    title: 'What is there is not written again',
    tries: 'the same PutObject again, which S3 has to refuse with 412',
    needs: ['put-object'],
    writes: true,
    essential: true,
  },
  {
    id: 'overwrite-denied',
    layer: 'least privilege',
    title: 'What was delivered can not be replaced',
    tries: 'PutObject of the probe without If-None-Match, with an MD5 that does not fit',
    needs: ['put-object'],
    writes: true,
  },
  {
    id: 'kms',
    layer: 'encryption',
    title: 'The KMS key of the bucket can be used',
    tries: 'looks at what the delivered object was encrypted with, or at what KMS refused',
    needs: ['bucket-region'],
  },
  {
    id: 'get-denied',
    layer: 'least privilege',
    title: 'Objects can not be read',
    tries: 's3:GetObject of the probe, which is known to be there',
    needs: ['put-object'],
  },
  {
    id: 'list-denied',
    layer: 'least privilege',
    title: 'The bucket can not be listed',
    tries: 's3:ListObjectsV2 below the prefix',
    needs: ['assume-role', 'bucket-region'],
  },
  {
    id: 'outside-denied',
    layer: 'least privilege',
    title: 'Nothing can be written outside the prefix',
    tries:
      'PutObject in the root of the bucket and beside the prefix, with an MD5 that does not fit: where it is allowed, S3 refuses the body and stores nothing',
    needs: ['assume-role', 'bucket-region', 'bucket-owner', 'object-lock'],
    writes: true,
  },
  {
    id: 'elsewhere-denied',
    layer: 'least privilege',
    title: 'Nothing can be written to another bucket',
    tries: 'the same in the bucket that --other-bucket names; without one it is not tried',
    needs: ['assume-role', 'bucket-region'],
    writes: true,
  },
  {
    id: 'delete-denied',
    layer: 'least privilege',
    title: 'Nothing can be deleted',
    tries: 's3:DeleteObject of the probe, and of nothing else',
    needs: ['assume-role', 'bucket-region', 'bucket-owner'],
    writes: true,
  },
  {
    id: 'trust-policy',
    layer: 'policies',
    title: 'The trust policy lets in who it should, and nobody else',
    tries:
      'reads it, compares it with the plan, and evaluates it for the trusted account with, without and with a wrong external id',
    needs: ['configuration', 'credentials'],
  },
  {
    id: 'permission-policy',
    layer: 'policies',
    title: 'The policies of the role allow what is planned, and no more',
    tries: 'reads all that hangs on the role and compares it with the plan',
    needs: ['configuration', 'credentials'],
  },
  {
    id: 'bucket-policy',
    layer: 'policies',
    title: 'The bucket policy lets deliveries pass, and nothing else',
    tries:
      's3:GetBucketPolicy, and evaluates it: for deliveries of each audit type, and for what the role, anybody and other accounts may do',
    needs: ['bucket-region'],
  },
  {
    id: 'tls-only',
    layer: 'policies',
    title: 'The bucket takes TLS only',
    tries: 'evaluates the bucket policy for a request with aws:SecureTransport false',
    needs: ['bucket-region'],
  },
  {
    id: 'lifecycle',
    layer: 'policies',
    title: 'Deliveries stay in the bucket',
    tries: 's3:GetLifecycleConfiguration, and looks for rules that remove deliveries',
    needs: ['bucket-region'],
  },
  {
    id: 'public-access',
    layer: 'policies',
    title: 'Block Public Access is on',
    tries: 's3:GetBucketPublicAccessBlock, and s3:GetBucketAcl for what it gives to others',
    needs: ['bucket-region'],
  },
] as const satisfies readonly ProbeRow[];

export type ProbeId = (typeof rows)[number]['id'];

export interface Probe extends ProbeRow {
  id: ProbeId;
  needs: readonly ProbeId[];
}

/** All probes, in the order in which they are tried. */
export const probes: readonly Probe[] = rows;

export const probeIds: readonly ProbeId[] = rows.map(({ id }) => id);
