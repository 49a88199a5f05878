/** The policies that can refuse a request, by the names that AWS's messages give them. */
const layers = {
  'identity-based policy': 'identity',
  'resource-based policy': 'resource',
  'role trust policy': 'trust',
  'permissions boundary': 'boundary',
  'session policy': 'session',
  'service control policy': 'organization',
  'resource control policy': 'organization',
  'VPC endpoint policy': 'endpoint',
} as const;

type PolicyName = keyof typeof layers;

/** Why AWS refused, as far as its message says. */
export interface Denial {
  layer: (typeof layers)[PolicyName] | 'unknown';
  /** The policy in AWS's words: `service control policy`. */
  policy: string | undefined;
  /** Which one it is, where AWS says so: only within an account or an organization. */
  arn: string | undefined;
  /** A statement denies; else it is an Allow that is missing. */
  explicit: boolean;
  action: string | undefined;
  resource: string | undefined;
}

const because = new RegExp(
  `(because no|with an explicit deny in (?:an?|the)) (${Object.keys(layers).join('|')})(?:: (arn:[^\\s"]*[^\\s".,]))?`,
  'i',
);

/**
 * Reads the reason out of a message of AWS: `… is not authorized to perform: ACTION on resource: ARN because no
 * identity-based policy allows the ACTION action`, or `with an explicit deny in a …`. Across accounts AWS gives none.
 * Source: IAM User Guide, "Troubleshoot access denied error messages".
 */
export function readDenial(message: string): Denial {
  const [, how = '', name, arn] = because.exec(message) ?? [];
  const [, action, resource] =
    /not authorized to perform: ([\w-]+:\w+)(?: on resource: "?([^\s"]+))?/.exec(message) ?? [];
  const policy = (Object.keys(layers) as PolicyName[]).find(
    (known) => known.toLowerCase() === name?.toLowerCase(),
  );
  return {
    layer: policy === undefined ? 'unknown' : layers[policy],
    policy,
    arn,
    explicit: how.toLowerCase().startsWith('with'),
    action,
    resource,
  };
}

/** The policy in AWS's words, and which one where that is known. */
export function whichPolicy({ policy = 'policy', arn }: Denial): string {
  return arn === undefined ? policy : `${policy} (${arn})`;
}
