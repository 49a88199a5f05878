import { authorize } from '../../policy/authorize.ts';
import type { AccessRequest, AppliedPolicies } from '../../policy/authorize.ts';
import type { PolicyDocument, Statement } from '../../policy/document.ts';
import type { Delivery, DeliveryRoute } from '../delivery/delivery.ts';
import { deliveriesOf, requestsOf, sessionOf, transportOf } from '../delivery/delivery.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import type { LiveAccess } from '../../../ports/aws/iam-admin.ts';
import type { LiveDocument, LiveStatement } from '../documents/live-document.ts';
import { readLiveDocument } from '../documents/live-document.ts';
import { managedPolicyArn } from '../desired/managed-policy-arn.ts';
import { probeKey } from '../delivery/probe-keys.ts';

/** One policy that hangs on the role. */
export interface RolePolicy {
  name: string;
  /** Of a managed policy. */
  arn?: string;
  /** Undefined where it may not be read. */
  document: LiveDocument | undefined;
}

/** Everything that says what the role may do. */
export interface RolePolicies {
  /** The one that should hold the permissions; undefined where it does not hang on the role. */
  own: RolePolicy | undefined;
  extras: RolePolicy[];
  boundary: LiveDocument | undefined;
}

/** Sorts what hangs on the role; a managed policy of the right name is the own one before it is attached. */
export function rolePoliciesOf(desired: DesiredAccess, live: LiveAccess): RolePolicies {
  const { policy } = desired;
  const { role } = live;
  const ownArn = managedPolicyArn(desired, live);
  const attached = (role?.attached ?? []).filter(({ arn }) => policy.inline || arn !== ownArn);
  const inline = (role?.inline ?? []).filter(({ name }) => !policy.inline || name !== policy.name);
  const text = policy.inline
    ? role?.inline.find(({ name }) => name === policy.name)?.document
    : live.policy?.document;
  return {
    own: text === undefined ? undefined : { name: policy.name, document: read(text) },
    extras: [
      ...attached.map(({ name, arn, document }) => ({ name, arn, document: read(document) })),
      ...inline.map(({ name, document }) => ({ name, document: read(document) })),
    ],
    boundary: read(role?.boundary?.document),
  };
}

function read(text: string | undefined): LiveDocument | undefined {
  return text === undefined ? undefined : readLiveDocument(text, 'identity');
}

/** Who delivers through the role, where and how, as far as the desired access says it. */
export function routeOf(
  desired: DesiredAccess,
  { account, role, bucket: liveBucket }: Pick<LiveAccess, 'account' | 'role' | 'bucket'>,
  nowMs?: number,
): DeliveryRoute {
  const { deliverer, partition, region, bucket, prefix, customerAccountId, headers } = desired;
  const owner = role?.arn.split(':')[4] ?? account ?? customerAccountId ?? '000000000000';
  const arn = role?.arn ?? `arn:${partition}:iam::${owner}:role/${desired.role.name}`;
  return {
    deliverer,
    partition,
    region,
    bucket,
    prefix,
    owner,
    caller: sessionOf(arn, role?.id),
    roleId: role?.id,
    headers,
    ...transportOf(deliverer, liveBucket?.plainHttp),
    nowMs,
  };
}

/** The documents as the evaluator takes them. */
export function documentsOf(documents: readonly (LiveDocument | undefined)[]): PolicyDocument[] {
  return documents.flatMap((document) =>
    document === undefined ? [] : [withStatements(document, document.statements)],
  );
}

/** All documents that hang on the role, its boundary among them. */
export function documentsIn({ own, extras, boundary }: RolePolicies): PolicyDocument[] {
  return documentsOf([own?.document, ...extras.map(({ document }) => document), boundary]);
}

/** Some statements of a document, as a document. */
export function withStatements(
  { version }: LiveDocument,
  statements: readonly LiveStatement[],
): PolicyDocument {
  return {
    ...(version === undefined ? {} : { Version: version }),
    Statement: statements.map(({ element }) => element as unknown as Statement),
  };
}

export function denialsIn(document: LiveDocument | undefined): LiveStatement[] {
  return (document?.statements ?? []).filter(({ element }) => element['Effect'] === 'Deny');
}

/** All that is denied by what hangs on the role. */
export function denialsOf({ own, extras }: Pick<RolePolicies, 'own' | 'extras'>): PolicyDocument[] {
  return [own, ...extras].flatMap((policy) =>
    policy?.document === undefined ? [] : [withStatements(policy.document, denialsIn(policy.document))],
  );
}

/** The deliveries of the route, and the data keys that they need. */
export function neededBy(route: DeliveryRoute, kmsKeys: readonly string[]): Delivery[] {
  const puts = deliveriesOf(route);
  const [first] = puts;
  if (first === undefined) return puts;
  return [
    ...puts,
    ...kmsKeys.map((key) => ({
      type: 'encryption',
      request: dataKey(route, first.request, key),
      isProbed: true,
    })),
  ];
}

function dataKey(route: DeliveryRoute, put: AccessRequest, kmsKeyArn: string): AccessRequest {
  const { region, partition, bucket, caller } = route;
  return {
    ...put,
    action: 'kms:GenerateDataKey',
    resource: kmsKeyArn,
    resourceAccount: caller.account,
    context: {
      ...put.context,
      'aws:ResourceAccount': kmsKeyArn.split(':')[4] ?? '',
      'aws:ViaAWSService': 'true',
      'kms:ViaService': `s3.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
      'kms:CallerAccount': caller.account,
      'kms:EncryptionContextKeys': 'aws:s3:arn',
      'kms:EncryptionContext:aws:s3:arn': `arn:${partition}:s3:::${bucket}`,
    },
    // Whether the bucket has a key of its own for it is not known (the context then names the object), nor which aliases the key has.
    isUnknown: (key) =>
      key.startsWith('kms:encryptioncontext:') ||
      key === 'kms:resourcealiases' ||
      put.isUnknown?.(key) === true,
  };
}

/** Whether the role may put an object where there may be one: a write that does not say If-None-Match. */
export function mayReplace(route: DeliveryRoute, policies: AppliedPolicies): boolean {
  const request = requestsOf(route)('s3:PutObject', probeKey(route.prefix));
  const plain = { ...request, context: { ...request.context, 's3:if-none-match': [] } };
  try {
    return authorize(plain, policies, 'for').allowed;
  } catch {
    return false;
  }
}
