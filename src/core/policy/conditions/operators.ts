import { addressInRange } from './ip-address.ts';
import { literal, matches, plainText, splitAtColons, type Pattern } from '../pattern.ts';

/** One comparison: does a value of the request meet a value of the policy? */
export interface Operator {
  readonly meets: (actual: string, expected: Pattern) => boolean;
  /** `…Not…`: the condition holds when no value meets. */
  readonly negated: boolean;
  /** Whether the policy's value may hold `${…}`: "Policy variables can only be used with String and ARN operators". */
  readonly variables: boolean;
}

type Meets = Operator['meets'];
type Order = (left: number, right: number) => boolean;

const text =
  (compare: (actual: string, expected: string) => boolean): Meets =>
  (actual, expected) =>
    compare(actual, plainText(expected));

const ordered = (read: (value: string) => number | undefined, order: Order): Meets =>
  text((actual, expected) => {
    const left = read(actual);
    const right = read(expected);
    return left !== undefined && right !== undefined && order(left, right);
  });

const orders = {
  Equals: (left, right) => left === right,
  LessThan: (left, right) => left < right,
  LessThanEquals: (left, right) => left <= right,
  GreaterThan: (left, right) => left > right,
  GreaterThanEquals: (left, right) => left >= right,
} as const satisfies Record<string, Order>;

const same = text((actual, expected) => actual === expected);
const sameIgnoringCase = text((actual, expected) => actual.toLowerCase() === expected.toLowerCase());
const like: Meets = (actual, expected) => matches(expected, actual);

/**
 * Every condition operator, without prefix (`ForAllValues:`) and suffix (`IfExists`). `Null` asks for the key itself and
 * is not a comparison. Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
 */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ...pair('StringEquals', 'StringNotEquals', same, true),
  ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', sameIgnoringCase, true),
  ...pair('StringLike', 'StringNotLike', like, true),
  ...pair('ArnEquals', 'ArnNotEquals', arnLike, true),
  ...pair('ArnLike', 'ArnNotLike', arnLike, true),
  ...pair('IpAddress', 'NotIpAddress', text(addressInRange), false),
  ...comparisons('Numeric', parseNumber),
  ...comparisons('Date', parseDate),
  positive('Bool', text(sameTruth)),
  positive('BinaryEquals', text(sameBytes)),
]);

/** A condition operator as a policy writes it, taken apart. */
export interface ConditionOperator {
  readonly quantifier?: 'ForAllValues' | 'ForAnyValue';
  readonly ifExists: boolean;
  readonly operator: Operator | 'Null';
}

/** Takes an operator's name apart (`ForAnyValue:StringLikeIfExists`); undefined when AWS has no such operator. */
export function readOperator(name: string): ConditionOperator | undefined {
  const [, prefix, base = '', suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const quantifier = prefix === undefined ? {} : { quantifier: prefix as 'ForAllValues' | 'ForAnyValue' };
  const ifExists = suffix !== undefined;
  if (base === 'Null') return ifExists ? undefined : { ...quantifier, ifExists, operator: 'Null' };
  const operator = operators.get(base);
  return operator && { ...quantifier, ifExists, operator };
}

function positive(name: string, meets: Meets): [string, Operator] {
  return [name, { meets, negated: false, variables: false }];
}

function pair(name: string, negation: string, meets: Meets, variables: boolean): [string, Operator][] {
  return [
    [name, { meets, negated: false, variables }],
    [negation, { meets, negated: true, variables }],
  ];
}

function comparisons(family: string, read: (value: string) => number | undefined): [string, Operator][] {
  const { Equals: equal, ...rest } = orders;
  return [
    ...pair(`${family}Equals`, `${family}NotEquals`, ordered(read, equal), false),
    ...Object.entries(rest).map(([name, order]) => positive(family + name, ordered(read, order))),
  ];
}

/** "Each of the six colon-delimited components of the ARN is checked separately"; what has fewer is no ARN. */
function arnLike(actual: string, expected: Pattern): boolean {
  const values = splitAtColons(literal(actual), 6);
  const patterns = splitAtColons(expected, 6);
  if (values.length !== 6 || patterns.length !== 6) return false;
  return patterns.every((pattern, at) => matches(pattern, plainText(values[at] ?? [])));
}

function parseNumber(value: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** W3C date-time (a year, month or day alone is its first moment in UTC) or seconds since 1970; answers milliseconds. */
function parseDate(value: string): number | undefined {
  if (/^\d{5,}(\.\d+)?$/.test(value)) return Number(value) * 1000;
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(value)) return undefined;
  const milliseconds = Date.parse(value);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function sameTruth(actual: string, expected: string): boolean {
  const [left, right] = [actual.toLowerCase(), expected.toLowerCase()];
  return left === right && (left === 'true' || left === 'false');
}

function sameBytes(actual: string, expected: string): boolean {
  const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
  if (!base64.test(actual) || !base64.test(expected)) return false;
  return Buffer.from(actual, 'base64').equals(Buffer.from(expected, 'base64'));
}
