import type { Caller, Foresight } from '../../policy/authorize.ts';
import type { Statement } from '../../policy/language.ts';
import { peopleIn, strangersNamed } from '../bucket/other-callers.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { externalIdsOf } from '../desired/desired-access.ts';
import { conditionKeysOf } from '../documents/evaluable.ts';
import { externalIdKey } from '../documents/external-ids.ts';
import type { LiveDocument, LiveStatement } from '../documents/live-document.ts';
import { isObject, stringsOf } from '../documents/live-document.ts';
import type { FindingCode } from './finding.ts';
import type { TrustedAccess } from './trust-question.ts';
import { letsIn } from './trust-question.ts';

/** A named difference, before it is known where it stands. */
export type Difference = readonly [FindingCode, string];

/** Whom a statement of a trust policy lets in that it should not. */
export function principalDifferences(
  live: LiveDocument,
  statement: LiveStatement,
  desired: TrustedAccess,
): Difference[] {
  const { Principal: principal, NotPrincipal: others } = statement.element;
  if (others !== undefined) return [['wildcard-principal', 'anybody in AWS is trusted']];
  if (principal === '*') return anybodyDifferences(live, statement, desired);
  if (!isObject(principal)) return [];
  return Object.entries(principal).flatMap(([type, names]) =>
    stringsOf(names).flatMap((name) =>
      type === 'AWS' && name.includes('*')
        ? anybodyDifferences(live, statement, desired)
        : principalDifference(type, name, desired),
    ),
  );
}

/** Everybody is named: whom the conditions keep out is not trusted all the same. */
function anybodyDifferences(
  live: LiveDocument,
  statement: LiveStatement,
  desired: TrustedAccess,
): Difference[] {
  const element = statement.element as unknown as Statement;
  const denials = live.statements.filter(({ element }) => element['Effect'] === 'Deny');
  const lets = (caller: Caller): Foresight =>
    letsIn({ live, statements: [statement, ...denials] }, desired, {
      caller,
      externalId: externalIdsOf(desired)[0],
      isKnown: true,
    });
  const verdicts = new Set(
    strangersNamed([element], desired.partition).map((caller) => lets(caller).verdict),
  );
  if (verdicts.has('allowed')) return [['wildcard-principal', 'anybody in AWS is trusted']];
  const keys = conditionKeysOf(element.Condition).flatMap(({ key, name }) =>
    key === externalIdKey ? [] : [name],
  );
  if (verdicts.has('depends'))
    return [
      ['wildcard-principal', `anybody in AWS is trusted who meets the condition on ${keys.join(', ')}`],
    ];
  return peopleIn([element], desired.partition).flatMap(({ name, caller }): Difference[] =>
    caller.account !== desired.trustedAccountId && lets(caller).verdict !== 'denied'
      ? [['foreign-principal', `it trusts ${name}, which is not account ${desired.trustedAccountId}`]]
      : [],
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
