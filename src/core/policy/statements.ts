import { conditionsHold } from './conditions/conditions.ts';
import type { RequestContext } from './conditions/context.ts';
import { asList, type Statement } from './language.ts';
import { matches, withWildcards, type Pattern } from './pattern.ts';
import { allHold, anyHolds, type Truth } from './conditions/truth.ts';
import { expandVariables, hasUnknownVariable, knowsVariables } from './conditions/variables.ts';

/** What is asked for, apart from who asks. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** Whether the statement speaks of the request: its action, its resource and its conditions; not its principal. */
export function speaksOf(statement: Statement, asked: Asked, version: string | undefined): Truth {
  if (!namesAction(statement, asked.action)) return false;
  const resource = namesResource(statement, asked, version);
  if (resource === false) return false;
  return allHold([resource, conditionsHold(statement.Condition, { context: asked.context, version })]);
}

/**
 * "The prefix and the action name are case insensitive"; an empty list, NotAction's too, "provides no permissions".
 * Sources: "IAM JSON policy elements: Action", "Access Analyzer policy check reference".
 */
export function namesAction(statement: Statement, action: string): boolean {
  const patterns = asList(statement.Action ?? statement.NotAction);
  const named = patterns.some((pattern) =>
    matches(withWildcards(pattern.toLowerCase()), action.toLowerCase()),
  );
  return patterns.length > 0 && named !== (statement.Action === undefined);
}

/** A trust policy has no Resource: it speaks of the role it hangs on. Source: "IAM JSON policy elements: Resource". */
export function namesResource(statement: Statement, asked: Asked, version: string | undefined): Truth {
  const element = statement.Resource ?? statement.NotResource;
  if (element === undefined) return true;
  const values = asList(element);
  if (values.length === 0) return false;
  const named = anyHolds(
    values.map((value) => {
      if (knowsVariables(version) && hasUnknownVariable(value, asked.context)) return undefined;
      const pattern = resourcePattern(value, asked.context, version);
      return pattern !== undefined && matches(pattern, asked.resource);
    }),
  );
  return named === undefined ? undefined : named !== (statement.Resource === undefined);
}

const arnFields = 6;
/** Has all fields of an ARN, or is none. */
const isWhole = /^(?!arn:)|^(?:[^:]*:){5}/;

/**
 * Variables count only after the fifth colon. An ARN that lacks fields gets `*` for each of them: `arn:aws:sqs` is
 * `arn:aws:sqs:*:*:*`. Wildcards cross colons, as AWS says of a `*` that ends its field.
 */
function resourcePattern(
  value: string,
  context: RequestContext,
  version: string | undefined,
): Pattern | undefined {
  // Where no variable is in it, the whole is a pattern that was seen before.
  if (isWhole.test(value) && !value.includes('${')) return withWildcards(value);
  const fields = value.split(':');
  if (value.startsWith('arn:') && fields.length < arnFields) {
    return withWildcards(value + ':*'.repeat(arnFields - fields.length));
  }
  const head = fields.slice(0, arnFields - 1).join(':');
  const tail = value.slice(head.length);
  const rest = knowsVariables(version) ? expandVariables(tail, context) : withWildcards(tail);
  return rest && [...withWildcards(head), ...rest];
}
