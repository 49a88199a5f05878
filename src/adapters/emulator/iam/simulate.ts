import {
  authorize,
  type AppliedPolicies,
  type Caller,
  type Decision,
} from '../../../core/policy/authorize.ts';
import {
  parsePolicyDocument,
  PolicyDocumentError,
  type PolicyDocument,
} from '../../../core/policy/document.ts';
import { entityPolicies } from '../access/effective-policies.ts';
import { findEntityByArn } from '../identity/directory.ts';
import { needed, type QueryCall, type QueryOperation } from '../query/query-call.ts';
import { WireError } from '../wire/wire-error.ts';
import type { XmlValue } from '../xml/write-xml.ts';
import { demandIam, noSuchEntity } from './iam-call.ts';

const mostActions = 128;

/** Asks the evaluator what would be decided, without doing anything. */
export const simulateOperations: Readonly<Record<string, QueryOperation>> = {
  SimulateCustomPolicy: (call) => {
    demandIam(call, '*');
    return simulate(call, { identity: inputPolicies(call, 'PolicyInputList') }, simulatedCaller(call));
  },
  SimulatePrincipalPolicy: (call) => {
    const arn = needed(call, 'PolicySourceArn');
    demandIam(call, arn);
    const entity = findEntityByArn(call.world.directory, arn);
    if (entity === undefined) throw noSuchEntity(`The entity ${arn} cannot be found.`);
    const own = entityPolicies(
      call.world.directory,
      entity.grants.current,
      call.now - call.effects.propagationMs,
    );
    const identity = [...own.identity, ...inputPolicies(call, 'PolicyInputList')];
    const caller: Caller =
      entity.kind === 'user'
        ? { arn, account: entity.account, kind: 'user' }
        : {
            arn: `arn:aws:sts::${entity.account}:assumed-role/${entity.name}/simulated`,
            account: entity.account,
            kind: 'assumed-role',
            roleArn: arn,
          };
    return simulate(call, { ...own, identity }, caller);
  },
};

function simulate(call: QueryCall, policies: AppliedPolicies, caller: Caller): XmlValue {
  const actions = call.parameters.list('ActionNames');
  const resources = call.parameters.list('ResourceArns');
  if (actions.length === 0 || actions.length > mostActions) {
    throw new WireError(400, 'ValidationError', `between 1 and ${mostActions} ActionNames are needed`);
  }
  const context = readContext(call);
  const boundary = inputPolicies(call, 'PermissionsBoundaryPolicyInputList')[0] ?? policies.boundary;
  const applied = { ...policies, ...(boundary !== undefined && { boundary }), ...resourcePolicy(call) };
  const resourceAccount = accountOf(call.parameters.get('ResourceOwner')) ?? caller.account;
  const results = actions.flatMap((action) =>
    (resources.length === 0 ? ['*'] : resources).map((resource) => {
      const decision = authorize({ caller, action, resource, resourceAccount, context }, applied);
      return describe(action, resource, decision, missingKeys(applied, context));
    }),
  );
  return { EvaluationResults: { member: results }, IsTruncated: false };
}

function describe(
  action: string,
  resource: string,
  decision: Decision,
  missing: readonly string[],
): XmlValue {
  const names = { allowed: 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' };
  const matched = decision.statement && {
    SourcePolicyId: `PolicyInputList.${decision.statement.policy + 1}`,
    SourcePolicyType: decision.layer === 'resource' ? 'Resource Policy' : 'IAM Policy',
  };
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: names[decision.reason],
    MatchedStatements: { member: matched === undefined ? [] : [matched] },
    MissingContextValues: { member: missing },
  };
}

function inputPolicies(call: QueryCall, parameter: string): readonly PolicyDocument[] {
  return call.parameters.list(parameter).map((text) => parse(text, 'identity'));
}

function resourcePolicy(call: QueryCall): Pick<AppliedPolicies, 'resource' | 'resourceKind'> {
  const text = call.parameters.get('ResourcePolicy');
  return text === undefined ? {} : { resource: parse(text, 'resource'), resourceKind: 'bucket' };
}

function parse(text: string, kind: 'identity' | 'resource'): PolicyDocument {
  try {
    return parsePolicyDocument(text, { kind });
  } catch (error) {
    if (error instanceof PolicyDocumentError) throw new WireError(400, 'InvalidInput', error.reason);
    throw error;
  }
}

function readContext(call: QueryCall): Record<string, readonly string[]> {
  const entries = call.parameters.structures('ContextEntries');
  return Object.fromEntries(
    entries.map((entry): [string, readonly string[]] => [
      entry.get('ContextKeyName') ?? '',
      entry.list('ContextKeyValues'),
    ]),
  );
}

/** The condition keys that the policies ask for and the request does not give. */
function missingKeys(
  policies: AppliedPolicies,
  context: Readonly<Record<string, unknown>>,
): readonly string[] {
  const given = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const documents = [...policies.identity, ...(policies.boundary === undefined ? [] : [policies.boundary])];
  const asked = documents
    .flatMap((document) => [document.Statement].flat())
    .flatMap((statement) => Object.values(statement.Condition ?? {}))
    .flatMap((block) => Object.keys(block));
  return [...new Set(asked)].filter((key) => !given.has(key.toLowerCase()));
}

function simulatedCaller(call: QueryCall): Caller {
  const account = call.principal.caller.account;
  const arn = call.parameters.get('CallerArn') ?? `arn:aws:iam::${account}:user/simulated`;
  return { arn, account: accountOf(arn) ?? account, kind: 'user' };
}

function accountOf(arn: string | undefined): string | undefined {
  return /\d{12}/.exec(arn ?? '')?.[0];
}
