import { evaluable } from '../documents/evaluable.ts';
import { foresee } from '../../policy/authorize.ts';
import type { Foresight } from '../../policy/authorize.ts';
import type { Statement } from '../../policy/language.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { sessionName, timeContext } from '../delivery/delivery.ts';
import type { LiveDocument, LiveStatement } from '../documents/live-document.ts';

/** The access that a trust policy is asked about, and when: epoch milliseconds; without it, the time is not known. */
export type TrustedAccess = DesiredAccess & { nowMs?: number | undefined };

/** What AssumeRole of the trusted account comes to with an external id, or without any. */
export function asTrusted(
  live: LiveDocument,
  desired: TrustedAccess,
  externalId: string | undefined,
  statements: readonly LiveStatement[] = live.statements,
): Foresight {
  const { partition, trustedAccountId: account } = desired;
  return letsIn({ live, statements }, desired, {
    caller: { arn: `arn:${partition}:iam::${account}:user/somebody`, account, kind: 'user' },
    externalId,
  });
}

/** What AssumeRole of a caller comes to, by these statements of the document; where they can't be evaluated, nobody is let in. */
export function letsIn(
  { live, statements }: { live: LiveDocument; statements: readonly LiveStatement[] },
  { partition, role, trustedAccountId, deliverer, nowMs }: TrustedAccess,
  {
    caller,
    externalId,
    isKnown = false,
  }: {
    caller: Parameters<typeof foresee>[0]['caller'];
    externalId: string | undefined;
    /** It is this very caller, and not anybody of the account. */
    isKnown?: boolean;
  },
): Foresight {
  const everything: Statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  return evaluable(() =>
    foresee(
      {
        caller,
        action: 'sts:AssumeRole',
        resource: `arn:${partition}:iam::${trustedAccountId}:role/${role.name}`,
        // A role's trust must always agree, in whatever account the caller is.
        resourceAccount: 'another account',
        context: {
          'sts:ExternalId': externalId ?? [],
          'aws:PrincipalAccount': caller.account,
          ...(isKnown ? { 'aws:PrincipalArn': caller.arn } : {}),
          'aws:PrincipalIsAWSService': 'false',
          'aws:ViaAWSService': 'false',
          'aws:SecureTransport': 'true',
          ...timeContext(nowMs),
          ...(deliverer === 'vendor' ? {} : { 'sts:RoleSessionName': sessionName }),
        },
        isUnknown: (key) => !/^aws:source(account|arn)$/.test(key),
      },
      {
        identity: [{ Version: '2012-10-17', Statement: everything }],
        resource: {
          ...(live.version === undefined ? {} : { Version: live.version }),
          Statement: statements.map(({ element }) => element as unknown as Statement),
        },
        resourceKind: 'role-trust',
      },
    ),
  );
}
