import type { ProberSettings } from '../../../src/adapters/aws/access/access-prober.ts';
import type { Decision } from '../../../src/core/policy/authorize.ts';
import type { ContextValues } from '../../../src/core/policy/conditions/context.ts';
import type { AccessProber, Refusal, Tried, WriteTarget } from '../../../src/ports/aws/access-prober.ts';
import type { Who } from './ground.ts';
import { accounts } from './ground.ts';
import type { MemoryAccount } from './memory-account.ts';
import { callerOf } from './memory-callers.ts';

/** The prober of somebody in an account in memory: it answers, and words its refusals, as S3, STS and IAM do. */
export function memoryProber(
  account: MemoryAccount,
  who: Who,
  { aws, write, key }: ProberSettings,
): AccessProber {
  const roleArn = aws.role?.arn ?? '';
  const ask = (action: string, target: Partial<WriteTarget>, context: ContextValues = {}) => {
    const role = account.findRole(roleArn);
    const bucket = account.bucket(target.bucket ?? write.bucket);
    if (role === undefined || (target.owner !== undefined && target.owner !== bucket.owner))
      return refused('Access Denied');
    const plain = account.plainHttp(bucket.name, aws.endpointUrl).plainHttp !== undefined;
    const seen = plain ? { ...context, 'aws:SecureTransport': 'false' } : context;
    const asked = { action, context: seen, ...(target.key === undefined ? {} : { key: target.key }) };
    const decision = account.decide(role, bucket, asked);
    return decision.allowed
      ? undefined
      : refused(said(decision, { action, roleArn: role.arn, bucket: bucket.name }));
  };
  const askKms = (target: WriteTarget, context: ContextValues) => {
    const role = account.findRole(roleArn);
    const found = account.bucket(target.bucket);
    const kmsKey = write.kmsKeyId ?? found.encryption?.kmsKey;
    if (role === undefined || kmsKey === undefined) return undefined;
    if (found.key === 'disabled')
      return refused(`${kmsKey} is disabled.`, { code: 'kms-disabled', awsError: 'KMS.DisabledException' });
    const action = 'kms:GenerateDataKey';
    const decision = account.decide(role, found, { action, kmsKey, context });
    const words = (why: Decision) =>
      said(why, { action, roleArn, bucket: '' }).replace('"arn:aws:s3:::"', kmsKey);
    if (!decision.allowed) return refused(words(decision), { code: 'kms-denied' });
    const closed: Decision = { allowed: false, reason: 'implicit-deny', layer: 'resource' };
    return found.key === 'closed' ? refused(words(closed), { code: 'kms-denied' }) : undefined;
  };
  const mayPut = (target: WriteTarget) => {
    const context = headersOf(write, target.replaces === true);
    const tagging = write.tags === undefined ? undefined : ask('s3:PutObjectTagging', target, context);
    const acl = write.acl === undefined ? undefined : ask('s3:PutObjectAcl', target, context);
    return ask('s3:PutObject', target, context) ?? tagging ?? acl ?? askKms(target, context);
  };
  const { bucketOwner: owner, bucket } = write;
  return {
    identity: {
      credentials: async () => yes({ kind: 'the environment', expiresMs: undefined }),
      identify: async () => ({ skewMs: 0, tried: yes({ caller: callerOf(who) }) }),
      findRole: async () => {
        if (who !== 'customer') return refused('Access Denied');
        const role = account.findRole(roleArn);
        if (role === undefined)
          return refused('no such role', { code: 'unexpected', awsError: 'NoSuchEntity', httpStatus: 404 });
        return yes({ role: { arn: role.arn, id: role.id, trustPolicy: role.trust, createdMs: 0 } });
      },
      readPolicies: async (names) =>
        who === 'customer' ? yes({ live: account.readAccess(names) }) : refused('Access Denied'),
      assumeRole: async (externalId) => {
        const role = account.findRole(roleArn);
        const lets = role?.arn === roleArn && account.mayAssume(role, who, externalId);
        const words = `User: ${callerOf(who).arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
        return lets ? yes({}) : refused(words);
      },
    },
    bucket: {
      look: async () => yes({ look: account.look(bucket, who, aws.endpointUrl) }),
      lifecycle: async () =>
        who === 'customer'
          ? yes({ rules: account.bucket(bucket).lifecycle ?? [] })
          : refused('Access Denied'),
      policy: async () =>
        who === 'customer' ? yes({ policy: account.bucket(bucket).policy }) : refused('Access Denied'),
    },
    store: {
      put: async (at) => {
        const refusal = mayPut({ bucket, key: at, owner });
        if (refusal !== undefined) return refusal;
        const { objects } = account.bucket(bucket);
        const conditional = objects.has(at);
        objects.add(at);
        return yes({ conditional, kmsKey: write.kmsKeyId ?? account.bucket(bucket).encryption?.kmsKey });
      },
      mayPut: async (target) => mayPut(target) ?? yes({ stored: false }),
      read: async () => ask('s3:GetObject', { key, owner }) ?? yes({}),
      list: async () =>
        ask('s3:ListBucket', { owner }, { 's3:prefix': `${write.prefix}/`, 's3:max-keys': '1' }) ?? yes({}),
      remove: async () => {
        const refusal = ask('s3:DeleteObject', { key, owner });
        if (refusal === undefined) account.bucket(bucket).objects.delete(key);
        return refusal ?? yes({ marked: false });
      },
    },
    close: async () => {},
  };
}

/** Condition keys of the headers: Service Authorization Reference, "Condition keys for Amazon S3". */
function headersOf(
  { storageClass, kmsKeyId, sse, acl, tags }: ProberSettings['write'],
  replaces: boolean,
): ContextValues {
  const encryption = kmsKeyId === undefined ? sse : (sse ?? 'aws:kms');
  const headers: Record<string, string | undefined> = {
    's3:if-none-match': replaces ? undefined : '*',
    's3:x-amz-storage-class': storageClass,
    's3:x-amz-server-side-encryption': encryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': kmsKeyId,
    's3:x-amz-acl': acl,
    's3:authType': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:TlsVersion': '1.3',
    ...Object.fromEntries(
      Object.entries(tags ?? {}).map(([name, value]) => [`s3:RequestObjectTag/${name}`, value]),
    ),
  };
  return {
    ...Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    ...(tags === undefined ? {} : { 's3:RequestObjectTagKeys': Object.keys(tags) }),
  };
}

const layers = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
};

/** AWS gives its reasons within one account: IAM User Guide, "Troubleshoot access denied error messages". */
function said(
  { reason, layer = 'identity' }: Decision,
  { action, roleArn, bucket }: { action: string; roleArn: string; bucket: string },
): string {
  const name = layers[layer];
  const who = `arn:aws:sts::${accounts.customer}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/audit-export`;
  const why =
    reason === 'explicit-deny'
      ? `with an explicit deny in ${name.startsWith('i') ? 'an' : 'a'} ${name}`
      : `because no ${name} allows the ${action} action`;
  return `User: ${who} is not authorized to perform: ${action} on resource: "arn:aws:s3:::${bucket}" ${why}`;
}

function yes<T extends object>(answer: T): Tried<T> {
  return { ...answer, ok: true, requestId: 'MEMORY' };
}

function refused(words: string, more: Partial<Refusal> = {}): { ok: false; refusal: Refusal } {
  const nothing = { cure: undefined, awsError: 'AccessDenied', requestId: 'MEMORY', region: undefined };
  return {
    ok: false,
    refusal: {
      code: 'access-denied',
      message: `${words}.`,
      said: words,
      httpStatus: 403,
      ...nothing,
      ...more,
    },
  };
}
