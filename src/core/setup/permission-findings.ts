import { authorize } from '../policy/authorize.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { asList, PolicyDocumentError } from '../policy/language.ts';
import type { DesiredAccess } from './desired-access.ts';
import type { DriftFinding, FindingCode } from './finding.ts';
import { applyCures } from './finding.ts';
import type { LiveDocument, LiveStatement } from './live-document.ts';
import { stringsOf } from './live-document.ts';

/** One right: an action on a resource, both possibly with wildcards. */
interface Right {
  action: string;
  resource: string;
}

type Difference = readonly [FindingCode, string];

/** What is wrong with a permission policy, by name. Nothing where only its spelling differs. */
export function permissionFindings(
  live: LiveDocument,
  desired: DesiredAccess,
  resource: string,
): DriftFinding[] {
  const wanted = rightsOf(desired.policy.document);
  const wider = live.statements.flatMap((statement) =>
    widenings(statement, wanted).map(([code, message]) =>
      permissionFinding([code, message], resource, statement.label),
    ),
  );
  const missing = wanted
    .filter((right) => !allows(live, right))
    .map(({ action, resource: on }) =>
      permissionFinding(['narrowed-policy', `it does not allow ${action} on ${on}`], resource),
    );
  return [...wider, ...missing];
}

function permissionFinding([code, message]: Difference, resource: string, statement?: string): DriftFinding {
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

function rightsOf(document: PolicyDocument): Right[] {
  return asList(document.Statement).flatMap(({ Action: actions, Resource: resources }) =>
    asList(actions).flatMap((action) => asList(resources).map((resource) => ({ action, resource }))),
  );
}

function widenings({ element }: LiveStatement, wanted: readonly Right[]): Difference[] {
  if (element['Effect'] !== 'Allow') return [];
  if (element['NotAction'] !== undefined)
    return [['widened-action', `it allows everything but ${stringsOf(element['NotAction']).join(', ')}`]];
  const actions = stringsOf(element['Action']);
  const more = actions.filter((action) => wanted.every((right) => !sameAction(right.action, action)));
  const resources: Difference[] =
    element['NotResource'] === undefined
      ? widenedResources(actions, stringsOf(element['Resource']), wanted)
      : [
          [
            'widened-resource',
            `it applies to everything but ${stringsOf(element['NotResource']).join(', ')}`,
          ],
        ];
  return [...more.map((action): Difference => ['widened-action', `it allows ${action}`]), ...resources];
}

/** Of the wanted actions, the resources on which they are not wanted. */
function widenedResources(
  actions: readonly string[],
  resources: readonly string[],
  wanted: readonly Right[],
): Difference[] {
  return actions.flatMap((action) => {
    const rights = wanted.filter((right) => sameAction(right.action, action));
    if (rights.length === 0) return [];
    return resources
      .filter((resource) => !rights.some((right) => lies(resource, right.resource)))
      .map((resource): Difference => [
        'widened-resource',
        `it allows ${action} on ${resource}, outside ${rights.map((right) => right.resource).join(', ')}`,
      ]);
  });
}

function sameAction(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether all that the pattern names lies within the wanted one, which has no wildcard but a `*` at its end. */
function lies(pattern: string, wanted: string): boolean {
  return wanted.endsWith('*') ? pattern.startsWith(wanted.slice(0, -1)) : pattern === wanted;
}

/** Whether the document would let the role do it; asked of the evaluator, with a name that no policy singles out. */
function allows({ statements, version }: LiveDocument, { action, resource }: Right): boolean {
  const account = '000000000000';
  try {
    return authorize(
      {
        caller: { arn: `arn:aws:sts::${account}:assumed-role/role/session`, account, kind: 'assumed-role' },
        action,
        resource: resource.replace(/\*$/, '_audit-export/probe'),
        resourceAccount: account,
        context: {},
      },
      {
        identity: statements.map(({ element }) => ({
          ...(version === undefined ? {} : { Version: version }),
          Statement: element as unknown as PolicyDocument['Statement'],
        })),
      },
    ).allowed;
  } catch (error) {
    // An operator that AWS does not have, or a statement of another shape than the grammar's: it allows nothing.
    if (error instanceof PolicyDocumentError || error instanceof TypeError) return false;
    throw error;
  }
}
