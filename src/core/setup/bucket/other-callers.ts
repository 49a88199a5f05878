import type { AccessRequest, Caller, Decision } from '../../policy/authorize.ts';
import { authorize } from '../../policy/authorize.ts';
import type { ContextValues } from '../../policy/conditions/context.ts';
import type { PolicyDocument, Statement } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import type { PrincipalMap } from '../../policy/language.ts';
import { nameOf } from '../answers/arns.ts';
import type { DeliveryRoute } from '../delivery/delivery.ts';
import { isObject, stringsOf } from '../documents/live-document.ts';

/** Somebody who is neither the role nor of the bucket's account. */
export interface OtherCaller {
  name: string;
  caller: Caller;
  may: (request: AccessRequest, policy: PolicyDocument) => boolean;
  decision: (request: AccessRequest, policy: PolicyDocument) => Decision;
}

/** What somebody may do whose own policies nobody here can see. */
export const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};
const strangerAccount = '000000000001';

/** What a stranger has whether he wants or not; all else he may choose. */
const strangersValues = {
  'aws:PrincipalAccount': strangerAccount,
  'aws:PrincipalOrgID': 'o-ofastranger',
  'aws:PrincipalOrgPaths': 'o-ofastranger/r-none/',
  'aws:PrincipalIsAWSService': 'false',
  'aws:ViaAWSService': 'false',
};
const notChosen =
  /^aws:(principalservicename|sourcearn|sourceaccount|sourceorg|sourcevpc|sourcevpce|vpcsourceip|vpce)|^s3:(dataaccesspoint|accesspoint)/;

/** Only services that do something for others, and access points, have these keys. */
const ofServices =
  /^aws:(principalservicename|sourcearn|sourceaccount|sourceorg)|^s3:(dataaccesspoint|accesspoint)/;

/** Whether a key may hold whatever is asked for, in the request of somebody about whom nothing else is known. */
export function mayHold(key: string): boolean {
  return !ofServices.test(key);
}

/**
 * Anybody: without credentials, or with those of an account that nobody here knows. A condition that keeps them out by
 * where they come from does so only if it names few places: more than one address block of sixteen million is anybody.
 * Source: Amazon S3 User Guide, "The meaning of public".
 */
export function strangers(
  policy: PolicyDocument,
  route: DeliveryRoute,
): Pick<OtherCaller, 'may' | 'decision'> {
  const callers = [anonymous, ...strangersNamed(asList(policy.Statement), route.partition)];
  const decide = (request: AccessRequest, document: PolicyDocument): Decision[] =>
    callers.flatMap((caller) => decisionsOf(caller, request, document));
  return {
    may: (request, document) => decide(request, document).some(({ allowed }) => allowed),
    decision: (request, document) => {
      const decisions = decide(request, document);
      return decisions.find(({ allowed }) => allowed) ?? (decisions[0] as Decision);
    },
  };
}

const anonymous: Caller = { arn: '*', account: 'nobody', kind: 'anonymous' };

/** From some place where the policy names none: outside a VPC from more than one block of addresses, or in a VPC of his own. */
function decisionsOf(caller: Caller, request: AccessRequest, policy: PolicyDocument): Decision[] {
  const from = (place: ContextValues, isUnknown: (key: string) => boolean = () => false): Decision =>
    authorize(
      {
        ...request,
        caller,
        context: {
          ...(caller.kind === 'anonymous' ? {} : { ...strangersValues, 'aws:PrincipalArn': caller.arn }),
          ...place,
          'aws:ResourceAccount': request.resourceAccount,
          's3:ResourceAccount': request.resourceAccount,
        },
        isUnknown: (key) =>
          isUnknown(key) ||
          (!notChosen.test(key) &&
            !(caller.kind === 'anonymous' && /^aws:(principal|userid|username)/.test(key))),
      },
      { identity: [everything], resource: policy, resourceKind: 'bucket' },
      'for',
    );
  const anywhere = from({}, (key) => /^aws:(sourceip|sourcevpce?)$/.test(key));
  if (!anywhere.allowed) return [anywhere];
  const inVpc = from({
    'aws:SourceVpc': 'vpc-ofastranger',
    'aws:SourceVpce': 'vpce-ofastranger',
    'aws:SourceIp': [],
  });
  if (inVpc.allowed) return [inVpc];
  let last = inVpc;
  let allowed = 0;
  const addresses = addressesFor(policy);
  for (const address of addresses) {
    const decision = from({ 'aws:SourceIp': address });
    if (decision.allowed) allowed += 1;
    else last = decision;
    if (decision.allowed && allowed >= Math.min(2, addresses.length)) return [decision];
  }
  return [last];
}

/** One address of every block that begins with the same number, where the policy asks for addresses. */
function addressesFor(policy: PolicyDocument): string[] {
  if (!/aws:sourceip/i.test(JSON.stringify(policy))) return ['203.0.113.77'];
  const v4 = Array.from({ length: 223 }, (_, first) => `${first + 1}.77.13.201`).filter(
    (address) => !/^(10|127)\./.test(address),
  );
  const v6 = ['2001', '2400', '2600', '2800', '2a00', '2c00'].map((start) => `${start}:77:13::201`);
  return [...v4, ...v6];
}

/** A stranger by any name that the policy may ask for: whoever has an account can make a role of every name in it. */
export function strangersNamed(statements: readonly Statement[], partition: string): Caller[] {
  const patterns = statements.flatMap(({ Condition: condition }) =>
    Object.values(condition ?? {}).flatMap((keys) =>
      Object.entries(keys).flatMap(([key, values]) =>
        key.toLowerCase() === 'aws:principalarn' ? asList(values).map(String) : [],
      ),
    ),
  );
  const names = patterns.flatMap((pattern) => {
    const fields = pattern.split(':');
    const [, , , , account = ''] = fields;
    if (!/[*?]/.test(account) && pattern !== '*') return [];
    const name = (fields.slice(5).join(':') || 'user/stranger').replaceAll('*', 'x').replaceAll('?', 'x');
    return [name.includes('/') ? name : `user/${name}`];
  });
  return [...new Set(['user/stranger', ...names])].map((name) => ({
    arn: `arn:${partition}:iam::${strangerAccount}:${name}`,
    account: strangerAccount,
    kind: 'user',
  }));
}

/**
 * Everybody of another account whom an Allow of the policy names: as principal, in a condition on who asks, or as a service
 * that does it for others.
 */
export function othersIn(policy: PolicyDocument, route: DeliveryRoute): OtherCaller[] {
  const ours = new Set([route.owner, route.caller.account]);
  const allows = asList(policy.Statement).filter(({ Effect: effect }) => effect === 'Allow');
  const people = peopleIn(allows, route.partition)
    .filter(({ caller }) => !ours.has(caller.account))
    .map(({ name, caller }): Named => ({ name, caller, values: valuesOf(caller) }));
  return [
    ...people,
    ...accessPointsIn(allows, ours),
    ...foreignersIn(allows),
    ...servicesIn(allows, ours),
  ].map(askedAs);
}

/** Accounts, users and roles that statements name: as principal, or in a condition on who asks. */
export function peopleIn(
  allows: readonly Statement[],
  partition: string,
): { name: string; caller: Caller }[] {
  const names = new Set(allows.flatMap((allow) => [...principalsIn(allow, 'AWS'), ...namedIn(allow)]));
  return [...names].flatMap((name) => {
    const caller = callerNamed(name, partition);
    return caller === undefined ? [] : [{ name, caller }];
  });
}

/** Accounts whose access points decide: Amazon S3 User Guide, "Delegating access control to access points". */
function accessPointsIn(allows: readonly Statement[], ours: ReadonlySet<string>): Named[] {
  const accounts = allows.flatMap((allow) => [
    ...conditionValues(allow, 's3:dataaccesspointaccount'),
    ...conditionValues(allow, 's3:dataaccesspointarn').flatMap(
      (arn) => /:(\d{12})(?=:)/.exec(arn)?.[1] ?? [],
    ),
  ]);
  return [...new Set(accounts)]
    .filter((account) => !ours.has(account))
    .map((account) => ({
      name: `whom the access points of account ${account} let in`,
      caller: { arn: `arn:aws:iam::${account}:user/somebody`, account, kind: 'user' },
      values: { 's3:DataAccessPointAccount': account, 'aws:PrincipalAccount': account },
    }));
}

interface Named {
  name: string;
  caller: Caller;
  values: ContextValues;
}

function askedAs({ name, caller, values }: Named): OtherCaller {
  const decision = (request: AccessRequest, document: PolicyDocument): Decision =>
    authorize(
      {
        ...request,
        caller,
        context: {
          ...values,
          'aws:ResourceAccount': request.resourceAccount,
          's3:ResourceAccount': request.resourceAccount,
        },
        isUnknown: caller.kind === 'service' ? () => true : mayHold,
      },
      { identity: [everything], resource: document, resourceKind: 'bucket' },
      'for',
    );
  return { name, caller, decision, may: (request, document) => decision(request, document).allowed };
}

function valuesOf({ account, arn, roleArn }: Caller): ContextValues {
  return {
    'aws:PrincipalAccount': account,
    'aws:PrincipalArn': roleArn ?? arn,
    'aws:PrincipalIsAWSService': 'false',
  };
}

/** Accounts, users and roles that the conditions of a statement let in. */
function namedIn(statement: Statement): string[] {
  return [
    ...conditionValues(statement, 'aws:principalaccount'),
    ...conditionValues(statement, 'aws:principalarn')
      .filter((arn) => /^arn:[a-z-]+:(iam|sts)::\d{12}:/.test(arn))
      .map((arn) => arn.replaceAll('*', 'x').replaceAll('?', 'x')),
  ];
}

function conditionValues({ Condition: condition }: Statement, key: string): string[] {
  return Object.values(condition ?? {}).flatMap((keys) =>
    Object.entries(keys).flatMap(([name, values]) =>
      name.toLowerCase() === key ? asList(values).map(String) : [],
    ),
  );
}

/** Accounts by their canonical user id, and people whom an identity provider knows. */
function foreignersIn(allows: readonly Statement[]): Named[] {
  const all = (element: 'CanonicalUser' | 'Federated') => [
    ...new Set(allows.flatMap((allow) => principalsIn(allow, element))),
  ];
  return [
    ...all('CanonicalUser').map((id): Named => ({
      name: `the account with the canonical user id ${id}`,
      caller: { arn: id, account: 'canonical', kind: 'canonical' },
      values: {},
    })),
    ...all('Federated').map((provider): Named => ({
      name: `whoever is logged in by ${provider}`,
      caller: { arn: provider, account: 'federated', kind: 'federated' },
      values: {},
    })),
  ];
}

/** Services, doing it for anybody, or for an account that is named: "The confused deputy problem", IAM User Guide. */
function servicesIn(allows: readonly Statement[], ours: ReadonlySet<string>): Named[] {
  const services = [...new Set(allows.flatMap((allow) => principalsIn(allow, 'Service')))];
  const accounts = allows.flatMap((allow) => [
    ...conditionValues(allow, 'aws:sourceaccount'),
    ...conditionValues(allow, 'aws:sourcearn').flatMap((arn) => /:(\d{12})(?=:)/.exec(arn)?.[1] ?? []),
  ]);
  const sources = [...new Set([strangerAccount, ...accounts])].filter((account) => !ours.has(account));
  return services.flatMap((service) =>
    sources.map((account): Named => ({
      name: `the service ${service} on behalf of ${account === strangerAccount ? 'anybody' : `account ${account}`}`,
      caller: { arn: service, account, kind: 'service' },
      values: {
        'aws:PrincipalIsAWSService': 'true',
        'aws:PrincipalServiceName': service,
        'aws:SourceAccount': account,
        ...(account === strangerAccount
          ? {
              'aws:SourceArn': `arn:aws:service::${account}:thing`,
              'aws:SourceOrgID': 'o-ofastranger',
              'aws:SourceOrgPaths': 'o-ofastranger/r-none/',
            }
          : {}),
      },
    })),
  );
}

function principalsIn({ Principal: principal }: Statement, element: keyof PrincipalMap): string[] {
  return isObject(principal) ? stringsOf(principal[element]) : [];
}

function callerNamed(name: string, partition: string): Caller | undefined {
  if (name === '*') return undefined;
  const account = /^\d{12}$/.exec(name)?.[0] ?? name.split(':')[4];
  // What AWS shows of somebody who was deleted is nobody.
  if (account === undefined) return undefined;
  if (/^\d{12}$/.test(name) || name.endsWith(':root'))
    return { arn: `arn:${partition}:iam::${account}:user/somebody`, account, kind: 'user' };
  if (!name.includes(':role/')) return { arn: name, account, kind: 'user' };
  return {
    arn: `arn:${partition}:sts::${account}:assumed-role/${nameOf(name)}/session`,
    account,
    kind: 'assumed-role',
    roleArn: name,
  };
}
