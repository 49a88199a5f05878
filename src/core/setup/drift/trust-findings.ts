import { conditionKeysOf } from '../documents/evaluable.ts';
import { externalIdKey, idsToTry } from '../documents/external-ids.ts';
import type { Foresight } from '../../policy/authorize.ts';
import { externalIdsOf } from '../desired/desired-access.ts';
import type { DriftFinding, FindingCode } from './finding.ts';
import { applyCures } from './finding.ts';
import type { LiveDocument, LiveStatement } from '../documents/live-document.ts';
import { isObject, stringsOf } from '../documents/live-document.ts';
import type { TrustedAccess } from './trust-question.ts';
import { asTrusted } from './trust-question.ts';
import type { Difference } from './trusted-principals.ts';
import { principalDifferences } from './trusted-principals.ts';

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
    ...principalDifferences(live, statement, desired),
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
      ...only(element, ['Action', 'NotAction']),
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

function only(element: LiveStatement['element'], names: readonly string[]): LiveStatement['element'] {
  return Object.fromEntries(Object.entries(element).filter(([name]) => names.includes(name)));
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
