import { conditionsHold } from '../policy/conditions.ts';
import { requestContext } from '../policy/context.ts';
import type { ConditionBlock } from '../policy/language.ts';
import { PolicyDocumentError } from '../policy/language.ts';
import type { DesiredAccess } from './desired-access.ts';
import type { DriftFinding, FindingCode } from './finding.ts';
import { applyCures } from './finding.ts';
import type { LiveDocument, LiveStatement } from './live-document.ts';
import { isObject, stringsOf } from './live-document.ts';

/** A named difference, before it is known where it stands. */
type Difference = readonly [FindingCode, string];

const externalIdKey = 'sts:externalid';

/** What is wrong with a trust policy, by name. Nothing where only its spelling differs. */
export function trustFindings(live: LiveDocument, desired: DesiredAccess, resource: string): DriftFinding[] {
  const found = live.statements.flatMap((statement) =>
    differencesOf(statement, desired).map(([code, message]) =>
      trustFinding(code, message, resource, statement.label),
    ),
  );
  if (!live.statements.some((statement) => letsIn(statement, desired)))
    found.push(
      trustFinding(
        'narrowed-trust',
        `no statement lets account ${desired.trustedAccountId} with external id ${desired.externalId} assume the role`,
        resource,
      ),
    );
  return found;
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

function differencesOf(statement: LiveStatement, desired: DesiredAccess): Difference[] {
  const { element } = statement;
  if (element['Effect'] !== 'Allow')
    return [['narrowed-trust', 'a statement denies, which no trust policy of this tool does']];
  return [
    ...actionDifferences(element),
    ...principalDifferences(element, desired),
    ...(trustsAccounts(element) ? externalIdDifferences(element['Condition'], desired.externalId) : []),
    ...otherConditions(element['Condition']),
  ];
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

/** AWS asks that a role for a third party can't be assumed without the external id, nor with another one. */
function externalIdDifferences(condition: unknown, externalId: string): Difference[] {
  const block = partOf(condition, (key) => key === externalIdKey);
  const named = Object.values(block).flatMap((keys) => Object.values(keys).flatMap(stringsOf));
  if (Object.keys(block).length === 0)
    return [['missing-external-id', 'the role can be assumed without an external id']];
  if (holds(block, undefined))
    return [
      [
        'missing-external-id',
        `the condition ${Object.keys(block).join(', ')} holds without an external id as well`,
      ],
    ];
  const accepted = [...named.map((value) => value.replaceAll(/[*?]/g, 'x')), `${externalId}x`].filter(
    (value) => value !== externalId && holds(block, value),
  );
  if (accepted.length === 0 && holds(block, externalId)) return [];
  return [
    [
      'different-external-id',
      `the external id is ${named.map((value) => JSON.stringify(value)).join(' or ') || 'any'}, and should be ${JSON.stringify(externalId)}`,
    ],
  ];
}

function otherConditions(condition: unknown): Difference[] {
  return Object.values(partOf(condition, (key) => key !== externalIdKey)).flatMap((keys) =>
    Object.keys(keys).map((key): Difference => ['narrowed-trust', `it also depends on ${key}`]),
  );
}

/** Whether the statement alone would let the trusted account in, with the right external id. */
function letsIn({ element }: LiveStatement, desired: DesiredAccess): boolean {
  const { Effect: effect, Principal: principal } = element;
  if (effect !== 'Allow' || !isObject(principal)) return false;
  const assumes = stringsOf(element['Action']).some((action) =>
    ['sts:assumerole', 'sts:*'].includes(action.toLowerCase()),
  );
  const named = stringsOf(principal['AWS']).some((name) => name === '*' || isTrustedAccount(name, desired));
  return (
    assumes &&
    named &&
    holds(
      partOf(element['Condition'], () => true),
      desired.externalId,
    )
  );
}

/** The condition, with only the keys chosen (given in lower case). */
function partOf(condition: unknown, choose: (key: string) => boolean): ConditionBlock {
  if (!isObject(condition)) return {};
  const parts = Object.entries(condition).flatMap(([operator, keys]) => {
    if (!isObject(keys)) return [];
    const chosen = Object.entries(keys).filter(([key]) => choose(key.toLowerCase()));
    return chosen.length === 0 ? [] : [[operator, Object.fromEntries(chosen)] as const];
  });
  return Object.fromEntries(parts) as ConditionBlock;
}

/** An operator that AWS does not have holds for nobody. */
function holds(block: ConditionBlock, externalId: string | undefined): boolean {
  const context = requestContext(externalId === undefined ? {} : { 'sts:ExternalId': externalId });
  try {
    return conditionsHold(block, { context, version: '2012-10-17' });
  } catch (error) {
    if (error instanceof PolicyDocumentError) return false;
    throw error;
  }
}
