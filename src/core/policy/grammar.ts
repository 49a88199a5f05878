import { PolicyDocumentError, type PolicyKind } from './language.ts';
import { readOperator } from './conditions/operators.ts';

/** What the kinds of policy differ in. Sources: "Grammar of the IAM JSON policy language", its notes; "NotPrincipal". */
const kinds = {
  identity: { id: false, principal: false, notPrincipal: false, resource: true, plainSid: true },
  resource: { id: true, principal: true, notPrincipal: true, resource: true, plainSid: false },
  trust: { id: true, principal: true, notPrincipal: false, resource: false, plainSid: true },
} as const satisfies Record<PolicyKind, Record<string, boolean>>;

const versions: readonly unknown[] = ['2008-10-17', '2012-10-17'];
const documentElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const principalTypes = ['AWS', 'Federated', 'Service', 'CanonicalUser'];
const principalArn =
  /^arn:[a-z-]+:(iam|sts)::(\d{12}|cloudfront):(root|(user|role|federated-user)\/.+|assumed-role\/[^/]+\/.+)$/;
/** What AWS shows in place of an ARN once the user or role is gone: `AIDA…`, `AROA…`. */
const uniqueId = /^A[A-Z]{3}[A-Z0-9]{12,}$/;

type Json = Readonly<Record<string, unknown>>;

/** Checks a parsed document against the grammar; throws PolicyDocumentError with the place and the rule. */
export function checkGrammar(document: unknown, kind: PolicyKind): void {
  if (!isObject(document)) refuse('the document is not a JSON object');
  checkElements(document, documentElements, 'the document');
  if ('Version' in document && !versions.includes(document['Version'])) {
    refuse(`Version must be one of ${versions.join(' and ')}`);
  }
  if ('Id' in document) {
    if (!kinds[kind].id) refuse('Id has no place in an identity-based policy');
    if (typeof document['Id'] !== 'string') refuse('Id must be a string');
  }
  checkStatements(document['Statement'], kind);
}

function checkStatements(element: unknown, kind: PolicyKind): void {
  const statements: unknown[] = Array.isArray(element) ? element : [element];
  if (element === undefined || statements.length === 0) refuse('Statement is missing');
  const sids = new Set<string>();
  for (const [index, statement] of statements.entries()) {
    const at = `Statement[${index}]`;
    if (!isObject(statement)) refuse(`${at} is not an object`);
    checkStatement(statement, kind, at);
    const sid = statement['Sid'];
    if (kinds[kind].plainSid && typeof sid === 'string' && sid !== '') {
      if (sids.has(sid)) refuse(`${at}: Sid "${sid}" stands twice; in IAM it must be unique`);
      sids.add(sid);
    }
  }
}

function checkStatement(statement: Json, kind: PolicyKind, at: string): void {
  checkElements(statement, statementElements, at);
  checkSid(statement['Sid'], kind, at);
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') {
    refuse(`${at}: Effect must be Allow or Deny`);
  }
  checkPrincipal(statement, kind, at);
  for (const action of oneOf(statement, 'Action', at)) checkAction(action, kind, at);
  if (kinds[kind].resource) {
    for (const resource of oneOf(statement, 'Resource', at)) checkResource(resource, at);
  } else if ('Resource' in statement || 'NotResource' in statement) {
    refuse(`${at}: a trust policy has no Resource; it speaks of the role it hangs on`);
  }
  if ('Condition' in statement) checkCondition(statement['Condition'], at);
}

function checkSid(sid: unknown, kind: PolicyKind, at: string): void {
  if (sid === undefined) return;
  if (typeof sid !== 'string') refuse(`${at}: Sid must be a string`);
  if (kinds[kind].plainSid && !/^[A-Za-z0-9]*$/.test(sid)) {
    refuse(`${at}: Sid may hold only A-Z, a-z and 0-9`);
  }
}

/** The strings of the element or of its `Not…` form, one of which must be there. */
function oneOf(statement: Json, name: 'Action' | 'Resource', at: string): readonly string[] {
  const not = `Not${name}`;
  if (name in statement && not in statement) refuse(`${at}: ${name} and ${not} exclude each other`);
  if (!(name in statement) && !(not in statement)) refuse(`${at}: ${name} or ${not} is missing`);
  return strings(statement[name in statement ? name : not], `${at}: ${name}`);
}

function checkAction(action: string, kind: PolicyKind, at: string): void {
  if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
    refuse(`${at}: Action "${action}" must be * or service:name`);
  }
  if (kind === 'trust' && !action.toLowerCase().startsWith('sts:')) {
    refuse(`${at}: Action "${action}": a trust policy may name only sts: actions`);
  }
}

function checkResource(resource: string, at: string): void {
  if (resource === '*') return;
  const [prefix, , service = ''] = resource.split(':');
  if (prefix !== 'arn') refuse(`${at}: Resource "${resource}" must be an ARN or *`);
  if (/[*?]/.test(service)) refuse(`${at}: Resource "${resource}": no wildcard may stand for the service`);
}

function checkPrincipal(statement: Json, kind: PolicyKind, at: string): void {
  const rules = kinds[kind];
  const negated = 'NotPrincipal' in statement;
  if (!rules.principal) {
    if (negated || 'Principal' in statement) refuse(`${at}: an identity-based policy has no Principal`);
    return;
  }
  if (negated === 'Principal' in statement) {
    refuse(`${at}: exactly one of Principal and NotPrincipal is needed`);
  }
  if (negated && !rules.notPrincipal) refuse(`${at}: NotPrincipal has no place in a trust policy`);
  if (negated && statement['Effect'] === 'Allow') refuse(`${at}: NotPrincipal goes only with Effect Deny`);
  checkPrincipals(statement[negated ? 'NotPrincipal' : 'Principal'], kind, `${at}: Principal`);
}

function checkPrincipals(principals: unknown, kind: PolicyKind, at: string): void {
  if (principals === '*' && kind === 'trust') refuse(`${at} "*" has no place in a trust policy`);
  if (principals === '*') return;
  if (!isObject(principals)) refuse(`${at} must be "*" or an object`);
  checkElements(principals, principalTypes, at);
  if (kind === 'trust' && 'CanonicalUser' in principals)
    refuse(`${at}: CanonicalUser is for bucket policies`);
  for (const [type, names] of Object.entries(principals)) {
    for (const name of strings(names, `${at}.${type}`)) {
      const known = type === 'AWS' ? isAwsPrincipal(name) : name !== '' && !/[*?]/.test(name);
      if (!known) refuse(`${at}.${type}: "${name}" is not a principal`);
    }
  }
}

/** "You cannot use a wildcard to match part of a principal name or ARN": "AWS JSON policy elements: Principal". */
function isAwsPrincipal(name: string): boolean {
  if (name === '*' || /^\d{12}$/.test(name) || uniqueId.test(name)) return true;
  return principalArn.test(name) && !/[*?]/.test(name);
}

function checkCondition(block: unknown, at: string): void {
  if (!isObject(block)) refuse(`${at}: Condition must be an object`);
  for (const [name, keys] of Object.entries(block)) {
    if (readOperator(name) === undefined) refuse(`${at}: "${name}" is not a condition operator`);
    if (!isObject(keys)) refuse(`${at}: ${name} must hold an object of condition keys`);
    for (const [key, values] of Object.entries(keys)) {
      if (!/^[^:]+:.+$/s.test(key)) refuse(`${at}: condition key "${key}" must be service:name`);
      const list: unknown[] = Array.isArray(values) ? values : [values];
      if (!list.every(isConditionValue)) {
        refuse(`${at}: the values of "${key}" must be strings, numbers or true and false`);
      }
    }
  }
}

function isConditionValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function checkElements(object: Json, known: readonly string[], at: string): void {
  const stranger = Object.keys(object).find((element) => !known.includes(element));
  if (stranger !== undefined) refuse(`${at}: "${stranger}" is not an element; known are ${known.join(', ')}`);
}

function strings(value: unknown, at: string): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string')) refuse(`${at} must be a string or a list of strings`);
  return list;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(reason: string): never {
  throw new PolicyDocumentError(reason);
}
