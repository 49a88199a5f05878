import type { DesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { policyArnOf } from '../../../../src/core/setup/desired/desired-access.ts';
import type { LiveAccess, LivePolicy, LiveRole } from '../../../../src/ports/aws/iam-admin.ts';
import { customer } from './answers.ts';

/** An account in which there is nothing. */
export const emptyWorld: LiveAccess = {
  account: customer,
  role: undefined,
  policy: undefined,
  sameName: {},
  notes: [],
};

/** What a test changes of a world that is as it should be. */
export interface Changed {
  trust?: unknown;
  document?: unknown;
  role?: Partial<LiveRole>;
  policy?: Partial<LivePolicy>;
}

/** A world that is as it should be, with changes; documents are objects, or texts as they are stored. */
export function worldOf(desired: DesiredAccess, changed: Changed = {}): LiveAccess {
  const arn = policyArnOf(desired.partition, customer, desired.policy.name);
  const trust = changed.trust ?? desired.role.trustPolicy;
  const document = changed.document ?? desired.policy.document;
  const { inline } = desired.policy;
  return {
    ...emptyWorld,
    role: {
      name: desired.role.name,
      arn: `arn:${desired.partition}:iam::${customer}:role/${desired.role.name}`,
      id: 'AROAEXAMPLE',
      trustPolicy: textOf(trust),
      boundary: undefined,
      attached: inline ? [] : [{ name: desired.policy.name, arn }],
      inline: inline ? [{ name: desired.policy.name, document: textOf(document) }] : [],
      ...changed.role,
    },
    policy: inline
      ? undefined
      : {
          name: desired.policy.name,
          arn,
          id: 'ANPAEXAMPLE',
          document: textOf(document),
          defaultVersionId: 'v1',
          versions: [{ id: 'v1', isDefault: true }],
          attachments: 1,
          ...changed.policy,
        },
  };
}

function textOf(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}
