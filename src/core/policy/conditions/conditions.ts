import type { RequestContext } from './context.ts';
import { asList, PolicyDocumentError, type ConditionBlock } from '../language.ts';
import { readOperator, type ConditionOperator, type Operator } from './operators.ts';
import { withWildcards, type Pattern } from '../pattern.ts';
import { allHold, type Truth } from './truth.ts';
import { expandVariables, hasUnknownVariable, knowsVariables } from './variables.ts';

/** What a condition is judged against: the request's context, and the document's Version for its variables. */
export interface ConditionScope {
  readonly context: RequestContext;
  readonly version: string | undefined;
}

/**
 * Whether every operator and every key of the block holds (AND); a key holds when one of its values does (OR), under a
 * negated operator when none does (NOR). Undefined where it depends on a key that is not known. Throws
 * PolicyDocumentError on an operator that AWS does not have: a guess could allow too much.
 * Source: IAM User Guide, "Conditions with multiple context keys or values".
 */
export function conditionsHold(block: ConditionBlock | undefined, scope: ConditionScope): Truth {
  const truths = Object.entries(block ?? {}).flatMap(([name, keys]) => {
    const operator = readOperator(name);
    if (operator === undefined) throw new PolicyDocumentError(`"${name}" is not a condition operator`);
    return Object.entries(keys).map(([key, values]) => {
      const expected = asList(values).map(String);
      if (dependsOn(key.toLowerCase(), expected, operator, scope)) return undefined;
      return keyHolds(operator, scope.context.get(key.toLowerCase()), { expected, scope });
    });
  });
  return allHold(truths);
}

function dependsOn(
  key: string,
  expected: readonly string[],
  { operator }: ConditionOperator,
  { context, version }: ConditionScope,
): boolean {
  if (context.isUnknown(key)) return true;
  // Without the key in the request, its values do not matter.
  if (context.get(key) === undefined) return false;
  const variables = operator !== 'Null' && operator.variables && knowsVariables(version);
  return variables && expected.some((value) => hasUnknownVariable(value, context));
}

interface Expectation {
  readonly expected: readonly string[];
  readonly scope: ConditionScope;
}

function keyHolds(
  condition: ConditionOperator,
  actual: readonly string[] | undefined,
  { expected, scope }: Expectation,
): boolean {
  const { operator, quantifier, ifExists } = condition;
  if (operator === 'Null') return expected.includes(String(actual === undefined));
  if (actual === undefined) return ifExists || holdsWithoutKey(quantifier, operator);
  // a key without values "never matches", negated or not: "Access Analyzer policy check reference", Empty array condition
  if (expected.length === 0) return false;
  const patterns = expected
    .map((value) => patternOf(value, operator, scope))
    .filter((pattern) => pattern !== undefined);
  const met = (value: string) => patterns.some((pattern) => operator.meets(value, pattern));
  if (quantifier === undefined) return actual.some(met) !== operator.negated;
  const holds = (value: string) => met(value) !== operator.negated;
  return quantifier === 'ForAllValues' ? actual.every(holds) : actual.some(holds);
}

/** ForAllValues is true and ForAnyValue false without the key; else "the values do not match", which a negation wants. */
function holdsWithoutKey(quantifier: ConditionOperator['quantifier'], operator: Operator): boolean {
  if (quantifier === undefined) return operator.negated;
  return quantifier === 'ForAllValues';
}

function patternOf(
  value: string,
  operator: Operator,
  { context, version }: ConditionScope,
): Pattern | undefined {
  const variables = operator.variables && knowsVariables(version);
  return variables ? expandVariables(value, context) : withWildcards(value);
}
