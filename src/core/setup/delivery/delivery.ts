import { dayLayout, hourLayout, parseLayout, renderLayout } from '../../layout/layout.ts';
import { objectKey } from '../../layout/object-key.ts';
import type { AccessRequest, Caller } from '../../policy/authorize.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import type { ContextValues } from '../../policy/conditions/context.ts';
import { nameOf } from '../answers/arns.ts';
import { builtInAuditTypes } from '../answers/answer-rules.ts';
import type { Deliverer } from '../../../ports/state/config-store.ts';
import type { DeliveryHeaders } from '../answers/answers.ts';
import { namedDates } from './named-dates.ts';
import { probeKey } from './probe-keys.ts';

/** Who delivers what, where and how: all that the policies of role and bucket are asked about. */
export interface DeliveryRoute {
  deliverer: Deliverer;
  partition: string;
  region: string;
  bucket: string;
  prefix: string;
  /** The account that owns the bucket. */
  owner: string;
  /** Who writes: a session of the role, or whoever the credentials belong to. */
  caller: Caller;
  /** Unique id of the role (`AROA…`), where it is known. */
  roleId?: string | undefined;
  /** Undefined: all types, also those that come later. */
  types?: readonly string[] | undefined;
  /** Templates of the folders below the prefix; undefined: the usual ones. */
  layouts?: readonly string[] | undefined;
  headers?: DeliveryHeaders | undefined;
  /** Dates up to the hour that are asked about beside the usual ones: those that policies name. */
  dates?: readonly string[] | undefined;
  /** Whether TLS is spoken; undefined where that can't be said. */
  secure?: boolean | undefined;
  /** Where it is reached without TLS, the URL of the server. */
  plainHttp?: string | undefined;
  /** Epoch milliseconds; undefined where it does not matter. */
  nowMs?: number | undefined;
}

/** One thing that a delivery asks for, and for which audit type. */
export interface Delivery {
  type: string;
  request: AccessRequest;
  /** Whether the access test writes there, too. */
  isProbed: boolean;
}

/** A name that no policy knows: types of one's own, and those that come later. */
const laterType = 'a-type-to-come';
/** The day of the access test's objects (`partitionProbeKey`). */
const probedDate = '1971-01-01T00';
const sampleDates = [probedDate, '2020-02-29T07', '2026-12-31T23', '2031-06-15T12'];

/** Every PutObject that the route will come to ask for: each type, several dates, the tool's own names. */
export function deliveriesOf(route: DeliveryRoute): Delivery[] {
  const { deliverer, headers } = route;
  const actions = putActions(deliverer, headers);
  const requestFor = requestsOf(route);
  return deliveredKeys(route).flatMap(({ type, key, isProbed }) =>
    actions.map((action) => ({ type, isProbed, request: requestFor(action, key) })),
  );
}

/**
 * The rights that one PutObject with these headers takes. A vendor's headers are not known here.
 * Source: Amazon S3 API Reference, "PutObject", Permissions.
 */
export function putActions(deliverer: Deliverer, { tags, acl }: DeliveryHeaders = {}): string[] {
  const ours = deliverer === 'audit-export';
  return [
    's3:PutObject',
    ...(ours && tags !== undefined ? ['s3:PutObjectTagging'] : []),
    ...(ours && acl !== undefined ? ['s3:PutObjectAcl'] : []),
  ];
}

/** Makes requests of who delivers, all with the same condition keys: those of a delivery. */
export function requestsOf(route: DeliveryRoute): (action: string, key: string) => AccessRequest {
  const { partition, bucket, caller, owner } = route;
  const context = deliveryContext(route);
  const isUnknown = unknownOf(route.deliverer, route);
  return (action, key) => ({
    caller,
    action,
    resource: `arn:${partition}:s3:::${bucket}/${key}`,
    resourceAccount: owner,
    context,
    isUnknown,
  });
}

/** The route, asked also about the dates that policies name in the resources they speak of. */
export function withDatesOf(route: DeliveryRoute, policies: readonly PolicyDocument[]): DeliveryRoute {
  const resources = policies
    .flatMap(({ Statement: statements }) => asList(statements))
    .map(({ Resource: named, NotResource: others }) => JSON.stringify([named, others]));
  const keys = resources
    .join(' ')
    .replaceAll(/arn:[^:]*:(?!s3:)[^"]*/g, '')
    .replaceAll(`:${route.bucket}/`, ' ');
  const dates = namedDates(keys);
  return dates.length === 0 ? route : { ...route, dates };
}

/** How deliveries reach a store that is reached from here like this; how a vendor's service does, is not known where it is not AWS. */
export function transportOf(
  deliverer: Deliverer,
  plainHttp: string | undefined,
): Pick<DeliveryRoute, 'secure' | 'plainHttp'> {
  if (plainHttp === undefined) return { secure: true };
  return deliverer === 'vendor' ? { secure: undefined } : { secure: false, plainHttp };
}

/** Names the sessions of the role in CloudTrail. */
export const sessionName = 'audit-export';

/** A session of the role that delivers. */
export function sessionOf(roleArn: string, roleId?: string): Caller {
  const [, partition = 'aws', , , account = ''] = roleArn.split(':');
  return {
    arn: `arn:${partition}:sts::${account}:assumed-role/${nameOf(roleArn)}/${sessionName}`,
    account,
    kind: 'assumed-role',
    roleArn,
    ...(roleId === undefined ? {} : { principalId: roleId }),
  };
}

/** Where deliveries would lie: each type, several dates; and the tool's own name. */
export function deliveredKeys(route: DeliveryRoute): readonly DeliveredKey[] {
  const { prefix, types, layouts, dates } = route;
  const asked = JSON.stringify([prefix, types, layouts, dates]);
  const keys = latest?.asked === asked ? latest.keys : renderKeys(route);
  latest = { asked, keys };
  return keys;
}

interface DeliveredKey {
  type: string;
  key: string;
  isProbed: boolean;
}

/** One access is asked about many times over, and its keys are the same each time. */
let latest: { asked: string; keys: readonly DeliveredKey[] } | undefined;

function renderKeys({
  prefix,
  types,
  layouts,
  dates = [],
}: Pick<DeliveryRoute, 'prefix' | 'types' | 'layouts' | 'dates'>): DeliveredKey[] {
  const templates = (layouts ?? [dayLayout, hourLayout]).map(parseLayout);
  const keys = (types ?? [...builtInAuditTypes, laterType]).flatMap((type) =>
    templates.flatMap((layout) =>
      [...sampleDates, ...dates].map((date) => {
        const earliestMs = Date.parse(`${date}:00:00Z`);
        const folder = renderLayout(layout, type, earliestMs);
        const name = { prefix, folder, earliestMs, sha256: 'b5'.repeat(32), extension: '.jsonl.gz' };
        return { type, key: objectKey(name), isProbed: date === probedDate };
      }),
    ),
  );
  return [
    ...keys,
    { type: 'what audit-export keeps there for itself', key: probeKey(prefix), isProbed: true },
  ];
}

/**
 * Condition keys of a delivery. Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon
 * S3"; IAM User Guide, "AWS global condition context keys".
 */
function deliveryContext(route: DeliveryRoute): ContextValues {
  const { deliverer, region, owner, caller, secure } = route;
  const values: Record<string, string | readonly string[] | undefined> = {
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': caller.account,
    ...sessionContext(route),
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:SecureTransport': secure === undefined ? undefined : String(secure),
    'aws:ResourceAccount': owner,
    's3:ResourceAccount': owner,
    'aws:RequestedRegion': region,
    's3:authType': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:signatureAge': '1000',
    's3:TlsVersion': secure === false ? [] : '1.3',
    's3:ObjectCreationOperation': 'true',
    // A vendor's service writes without it, as the seed of all this has it: a bare PutObject.
    's3:if-none-match': deliverer === 'vendor' ? [] : '*',
    ...(deliverer === 'vendor' ? {} : headerContext(route.headers)),
  };
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string | readonly string[]] => entry[1] !== undefined,
    ),
  );
}

/** The condition keys of a time in epoch milliseconds; none where it is not known. */
export function timeContext(nowMs: number | undefined): Record<string, string> {
  if (nowMs === undefined) return {};
  return {
    'aws:CurrentTime': new Date(nowMs).toISOString().replace(/\.\d{3}/, ''),
    'aws:EpochTime': String(Math.floor(nowMs / 1000)),
  };
}

function sessionContext({ caller, roleId, nowMs }: DeliveryRoute): Record<string, string | undefined> {
  const time = timeContext(nowMs);
  if (caller.kind !== 'assumed-role') return time;
  return {
    ...time,
    'aws:PrincipalType': 'AssumedRole',
    'aws:userid': roleId === undefined ? undefined : `${roleId}:${sessionName}`,
    // A session that begins now: what locks older ones out does not touch it.
    'aws:TokenIssueTime': time['aws:CurrentTime'],
    'aws:MultiFactorAuthPresent': 'false',
  };
}

function headerContext({ sse, kmsKeyId, storageClass, acl, tags }: DeliveryHeaders = {}): Record<
  string,
  string | readonly string[]
> {
  const algorithm = sse ?? (kmsKeyId === undefined ? undefined : 'aws:kms');
  return {
    's3:x-amz-content-sha256': '0'.repeat(64),
    ...(algorithm === undefined ? {} : { 's3:x-amz-server-side-encryption': algorithm }),
    ...(kmsKeyId === undefined ? {} : { 's3:x-amz-server-side-encryption-aws-kms-key-id': kmsKeyId }),
    ...(storageClass === undefined ? {} : { 's3:x-amz-storage-class': storageClass }),
    ...(acl === undefined ? {} : { 's3:x-amz-acl': acl }),
    ...(tags === undefined ? {} : { 's3:RequestObjectTagKeys': Object.keys(tags) }),
    ...Object.fromEntries(
      Object.entries(tags ?? {}).map(([name, value]) => [`s3:RequestObjectTag/${name}`, value]),
    ),
  };
}

/** Keys that a PutObject does not have, or has only with headers that this tool does not send. */
const notInPuts =
  /^(s3:|sts:|kms:|saml:|aws:source(account|arn|owner|orgid|orgpaths)$|aws:(calledvia|federatedprovider|multifactorauthage|requesttag\/|tagkeys|referer$|username$))/;

/** Headers that a vendor's service may send, and nobody here knows. */
const vendorsHeaders =
  /^s3:(x-amz-(acl|grant-|server-side-encryption|storage-class|content-sha256|website)|requestobjecttag|object-lock)/;

/** What nobody can say from here: where the request comes from, organizations, tags; and whatever AWS adds tomorrow. */
function unknownOf(deliverer: Deliverer, { nowMs, secure, caller, roleId }: DeliveryRoute) {
  const always = new Set([
    ...(nowMs === undefined ? ['aws:currenttime', 'aws:epochtime', 'aws:tokenissuetime'] : []),
    ...(secure === undefined ? ['aws:securetransport', 's3:tlsversion'] : []),
    ...(caller.kind === 'user' ? ['aws:username', 'aws:userid'] : []),
    ...(roleId === undefined ? ['aws:userid'] : []),
  ]);
  return (key: string): boolean =>
    always.has(key) || (deliverer === 'vendor' && vendorsHeaders.test(key)) || !notInPuts.test(key);
}
