/** A customer-managed key that is there from the start: making keys is not part of a rehearsal. */
export interface KmsKey {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly arn: string;
  readonly alias: string;
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** Key policy as JSON text. */
  readonly policy: string;
}

/** What a key is for, and the end of its id: the same in every region. */
const kinds = [
  { alias: 'audit-export', id: '11111111-aaaa-4bbb-8ccc-000000000001', state: 'Enabled', shared: true },
  { alias: 'closed', id: '11111111-aaaa-4bbb-8ccc-000000000002', state: 'Enabled', shared: false },
  { alias: 'disabled', id: '11111111-aaaa-4bbb-8ccc-000000000003', state: 'Disabled', shared: true },
  { alias: 'leaving', id: '11111111-aaaa-4bbb-8ccc-000000000004', state: 'PendingDeletion', shared: true },
] as const;

/**
 * The keys of one account in one region. `alias/audit-export` leaves access to the account's IAM policies, as the console's
 * default key policy does; `alias/closed` lets in only a role that does not exist; the others are disabled or leaving.
 */
export function keysOf(account: string, region: string): readonly KmsKey[] {
  return kinds.map((kind) => ({
    id: kind.id,
    account,
    region,
    arn: `arn:aws:kms:${region}:${account}:key/${kind.id}`,
    alias: `alias/${kind.alias}`,
    state: kind.state,
    policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Sid: 'KeyAccess',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:${kind.shared ? 'root' : 'role/KeyKeepers'}` },
        Action: 'kms:*',
        Resource: '*',
      },
    }),
  }));
}

/** Finds a key as callers name it: ARN, id, alias or alias ARN; ids and aliases are those of the caller's account and region. */
export function findKey(
  keys: readonly KmsKey[],
  name: string,
  home: { readonly account: string; readonly region: string },
): KmsKey | undefined {
  const arn = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(?:key\/(.+)|(alias\/.+))$/.exec(name);
  const [, region = home.region, account = home.account, id = name, alias = name] = arn ?? [];
  return keys.find(
    (key) => key.account === account && key.region === region && (key.id === id || key.alias === alias),
  );
}
