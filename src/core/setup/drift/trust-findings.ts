import { conditionKeysOf, evaluable } from '../documents/evaluable.ts';
import { externalIdKey, idsToTry } from '../documents/external-ids.ts';
import { foresee } from '../../policy/authorize.ts';
import type { Foresight } from '../../policy/authorize.ts';
import type { Statement } from '../../policy/language.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { sessionName, timeContext } from '../delivery/delivery.ts';
import { externalIdsOf } from '../desired/desired-access.ts';
import type { DriftFinding, FindingCode } from './finding.ts';
import { applyCures } from './finding.ts';
import type { LiveDocument, LiveStatement } from '../documents/live-document.ts';
import { isObject, stringsOf } from '../documents/live-document.ts';

/** A named difference, before it is known where it stands. */
type Difference = readonly [FindingCode, string];

/** The access that a trust policy is asked about, and when: epoch milliseconds; without it, the time is not known. */
export type TrustedAccess = DesiredAccess & { nowMs?: number | undefined };

/** What is wrong with a trust policy, by name. Nothing where it lets in who it should, as it should, and nobody else. */
export function trustFindings(live: LiveDocument, desired: TrustedAccess, resource: string): DriftFinding[] {
  const found = live.statements.flatMap((statement) =>
    differencesOf(live, statement, desired).map(([code, message]) =>
      trustFinding(code, message, resource, statement.label),
    ),
  );
  const refused = externalIdsOf(desired).filter((id) => asTrusted(live, desired, id).verdict !== 'allowed');
  if (refused.length > 0 && !found.some(({ code }) => code === 'narrowed-trust'))
    found.push(
      trustFinding(
        'narrowed-trust',
        `no statement lets account ${desired.trustedAccountId} with external id ${refused.join(' or ')} assume the role`,
        resource,
      ),
    );
  return found;
}

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
  { caller, externalId }: { caller: Parameters<typeof foresee>[0]['caller']; externalId: string | undefined },
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

function trustFinding(
  code: FindingCode,
  message: string,
  resource: string,
  statement?: string,
): DriftFinding {
  return {
    code,
    level: 'drift',
    resource,
    ...(statement === undefined ? {} : { statement }),
    message,
    cure: applyCures,
    curedByPlan: true,
  };
}

function differencesOf(live: LiveDocument, statement: LiveStatement, desired: TrustedAccess): Difference[] {
  const { element } = statement;
  if (element['Effect'] !== 'Allow') return denialDifferences(live, statement, desired);
  return [
    ...actionDifferences(element),
    ...principalDifferences(element, desired),
    ...(trustsAccounts(element) ? idDifferences(live, statement, desired) : []),
  ];
}

/** A statement that only denies is amiss where it may keep out who should be let in. */
function denialDifferences(
  live: LiveDocument,
  statement: LiveStatement,
  desired: TrustedAccess,
): Difference[] {
  const without = live.statements.filter((other) => other !== statement);
  const hurts = externalIdsOf(desired).some(
    (id) =>
      asTrusted(live, desired, id).verdict !== 'allowed' &&
      asTrusted(live, desired, id, without).verdict !== asTrusted(live, desired, id).verdict,
  );
  return hurts ? [['narrowed-trust', 'a statement denies whom it should let in']] : [];
}

function actionDifferences(element: LiveStatement['element']): Difference[] {
  if (element['NotAction'] !== undefined)
    return [['widened-action', 'NotAction allows every sts: action but some']];
  const more = stringsOf(element['Action']).filter((action) => action.toLowerCase() !== 'sts:assumerole');
  return more.map((action): Difference => ['widened-action', `it allows ${action} beside sts:AssumeRole`]);
}

function principalDifferences(element: LiveStatement['element'], desired: DesiredAccess): Difference[] {
  const { Principal: principal } = element;
  if (element['NotPrincipal'] !== undefined || principal === '*')
    return [['wildcard-principal', 'anybody in AWS is trusted']];
  if (!isObject(principal)) return [];
  return Object.entries(principal).flatMap(([type, names]) =>
    stringsOf(names).flatMap((name) => principalDifference(type, name, desired)),
  );
}

function principalDifference(type: string, name: string, desired: DesiredAccess): Difference[] {
  if (type === 'Service' && /^s3\.amazonaws\.com(\.cn)?$/.test(name))
    return [
      [
        'half-finished-role',
        `the role trusts the service ${name}: it was created in the console and its trust policy was never replaced`,
      ],
    ];
  if (type !== 'AWS') return [['foreign-principal', `it trusts the ${type} principal ${name}`]];
  if (name.includes('*')) return [['wildcard-principal', 'anybody in AWS is trusted']];
  if (isTrustedAccount(name, desired)) return [];
  if (/^A[A-Z]{3}[A-Z0-9]{12,}$/.test(name))
    return [
      ['foreign-principal', `it trusts ${name}, which is what AWS shows of a user or role that was deleted`],
    ];
  const within = name.split(':')[4] === desired.trustedAccountId;
  return within
    ? [['narrowed-trust', `it trusts ${name} instead of its whole account`]]
    : [['foreign-principal', `it trusts ${name}, which is not account ${desired.trustedAccountId}`]];
}

function isTrustedAccount(name: string, { partition, trustedAccountId }: DesiredAccess): boolean {
  return name === trustedAccountId || name === `arn:${partition}:iam::${trustedAccountId}:root`;
}

function trustsAccounts({ Principal: principal, NotPrincipal: others }: LiveStatement['element']): boolean {
  return (
    others !== undefined ||
    principal === '*' ||
    (isObject(principal) && stringsOf(principal['AWS']).length > 0)
  );
}

/**
 * AWS asks that a role for a third party can't be assumed without the external id, nor with another one. Asked of the
 * statement's conditions for whoever it trusts, with all that the document denies; every id there is, is tried.
 */
function idDifferences(live: LiveDocument, statement: LiveStatement, desired: TrustedAccess): Difference[] {
  const { element } = statement;
  const alone: LiveStatement = {
    ...statement,
    element: {
      Effect: 'Allow',
      Principal: { AWS: desired.trustedAccountId },
      Action: 'sts:AssumeRole',
      ...(element['Condition'] === undefined ? {} : { Condition: element['Condition'] }),
    },
  };
  const statements = [alone, ...live.statements.filter(({ element }) => element['Effect'] === 'Deny')];
  const taken = (id: string | undefined) => asTrusted(live, desired, id, statements);
  const expected = externalIdsOf(desired);
  return [
    ...whoeverNamesNone(element['Condition'], taken(undefined)),
    ...otherIds(
      idsToTry({ ...live, statements }, expected).filter((id) => taken(id).verdict !== 'denied'),
      {
        none: taken(undefined),
        expected,
      },
    ),
    ...expected.flatMap((id) => dependences(taken(id), element['Condition'])),
  ];
}

function whoeverNamesNone(condition: unknown, { verdict }: Foresight): Difference[] {
  if (verdict === 'denied') return [];
  const operators = conditionKeysOf(condition).flatMap(({ operator, key }) =>
    key === externalIdKey ? [operator] : [],
  );
  return [
    [
      'missing-external-id',
      operators.length === 0
        ? 'the role can be assumed without an external id'
        : `the condition ${operators.join(', ')} holds without an external id as well`,
    ],
  ];
}

/** Said only where the id is asked for at all: without that, any id is let in. */
function otherIds(
  ids: readonly string[],
  { none, expected }: { none: Foresight; expected: readonly string[] },
): Difference[] {
  const [id] = ids;
  if (id === undefined || none.verdict !== 'denied') return [];
  return [
    [
      'different-external-id',
      `it lets in other external ids than ${expected.join(' and ')}, such as ${JSON.stringify(id)}`,
    ],
  ];
}

function dependences({ verdict }: Foresight, condition: unknown): Difference[] {
  if (verdict !== 'depends') return [];
  const keys = new Set([
    ...conditionKeysOf(condition).flatMap(({ key, name }) => (key === externalIdKey ? [] : [name])),
    ...(JSON.stringify(condition).match(/\$\{[^}]*\}/g) ?? []),
  ]);
  return [['narrowed-trust', `it also depends on ${[...keys].join(', ')}`]];
}
