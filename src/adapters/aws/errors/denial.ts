/** What AWS says of a denial: who may not do what, and which policy says so. */
export interface Denial {
  /** ARN of the identity that asked. */
  identity: string;
  /** What it may not do, such as `s3:PutObject`; it may be another action than the one that was asked for. */
  action: string;
  resource: string | undefined;
  /** `an explicit deny in a resource-based policy`; undefined where AWS does not say. */
  reason: string | undefined;
}

const form =
  /User: (\S+) is not authorized to perform: ([\w-]+:[\w*]+)(?: on resource: "?([^"\s]+)"?)?(?: (?:because|with) ([^\n]+?))?\.?\s*$/;

/**
 * Reads the sentence of an AccessDenied ("Troubleshoot access denied (403 Forbidden) errors", Amazon S3 User Guide; "Access
 * denied error messages", IAM User Guide); undefined where it is another one, such as `Access Denied`.
 */
export function readDenial(message: string): Denial | undefined {
  const [, identity, action, resource, reason] = form.exec(message) ?? [];
  if (identity === undefined || action === undefined) return undefined;
  return { identity, action, resource, reason };
}

/** Settings by which a PUT carries what a policy may demand. */
export const demandedHeaders =
  'what it demands of a PUT is met by --sse AES256 or --kms-key-id KEY (x-amz-server-side-encryption), --storage-class CLASS or --acl bucket-owner-full-control';

/** What cures a denial, by the policy that denied. */
const cures: readonly { reason: RegExp; cure: (denial: Denial, bucket: string) => string }[] = [
  {
    reason: /service control polic/,
    cure: ({ action }) =>
      `Ask who administers the AWS organization: one of its service control policies denies ${action}; ${demandedHeaders}.`,
  },
  {
    reason: /resource control polic/,
    cure: ({ action }) =>
      `Ask who administers the AWS organization: one of its resource control policies denies ${action}; ${demandedHeaders}.`,
  },
  {
    reason: /permissions boundar/,
    cure: ({ action, identity }) => `Allow ${action} in the permissions boundary of ${identity}.`,
  },
  {
    reason: /session polic/,
    cure: ({ action }) => `Allow ${action} in the session policy that the role was assumed with.`,
  },
  {
    reason: /VPC endpoint polic/i,
    cure: ({ action }) => `Allow ${action} in the policy of the VPC endpoint that the request goes through.`,
  },
  {
    reason: /explicit deny in an? resource-based polic/,
    cure: ({ action }, bucket) =>
      action.startsWith('s3:')
        ? `Look for the Deny in the bucket policy: aws s3api get-bucket-policy --bucket ${bucket} --query Policy --output text; ${demandedHeaders}.`
        : `Look for the Deny of ${action} in the policy of the resource.`,
  },
  {
    reason: /explicit deny in an identity-based polic/,
    cure: ({ action, identity }) => `Look for the Deny of ${action} in the policies of ${identity}.`,
  },
  {
    reason: /no resource-based polic/,
    cure: ({ action, identity, resource }) =>
      `Allow ${action} to ${identity} in the policy of ${resource ?? 'the resource'}.`,
  },
];

/** What cures a denial that AWS gave a reason for. `bucket`: for the command that shows its policy. */
export function cureOfDenial(denial: Denial, bucket: string): string {
  const known = cures.find(({ reason }) => reason.test(denial.reason ?? ''));
  return (
    known?.cure(denial, bucket) ??
    `Allow ${denial.action}${denial.resource === undefined ? '' : ` on ${denial.resource}`} in the policies of ${denial.identity}.`
  );
}
