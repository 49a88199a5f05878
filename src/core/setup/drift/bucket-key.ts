import type { BucketEncryption } from '../../../ports/aws/bucket-admin.ts';
import type { LiveAccess } from '../../../ports/aws/iam-admin.ts';
import type { PolicyDocument, Statement } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import { matches, withWildcards } from '../../policy/pattern.ts';
import { answerRules } from '../answers/answer-rules.ts';
import type { DeliveryRoute } from '../delivery/delivery.ts';
import { judgeDeliveries } from '../delivery/judge-deliveries.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import type { LiveDocument, LiveStatement } from '../documents/live-document.ts';
import { stringsOf } from '../documents/live-document.ts';
import type { DriftFinding } from './finding.ts';
import type { RolePolicies } from './role-policies.ts';
import { documentsOf, neededBy } from './role-policies.ts';

/** The KMS key that deliveries are encrypted with, as far as it can be told from here. */
type DeliveryKey =
  | { kind: 'none' }
  | { kind: 'key'; arn: string }
  /** `demanded`: there is a key for certain, only not which. */
  | { kind: 'unknown'; why: string; cure: string; demanded: boolean };

/** Rights on KMS keys that the set-up does not name. */
export interface KeyRights {
  key: DeliveryKey;
  /** Keys, as the role's policies write them, that deliveries need or may need: nobody takes them away. */
  spared: readonly string[];
}

const right = 'kms:GenerateDataKey';

/** What the role should, or may have to, be able to use beyond the key that the set-up names. */
export function keyRightsOf(
  desired: DesiredAccess,
  route: DeliveryRoute,
  { policies, bucket }: { policies: RolePolicies; bucket: LiveAccess['bucket'] },
): KeyRights {
  const key = deliveryKey(desired, route, bucket?.encryption);
  if (key.kind === 'key') return { key, spared: key.arn === desired.kmsKeyArn ? [] : [key.arn] };
  if (key.kind === 'none' || desired.kmsKeyArn !== undefined) return { key, spared: [] };
  const documents = [policies.own, ...policies.extras].map((policy) => policy?.document);
  const named = documents.flatMap((document) => document?.statements ?? []).flatMap(keysIn);
  return { key, spared: [...new Set(named.filter((name) => /^arn:[^:]+:kms:/.test(name)))] };
}

/**
 * A key that a PUT names wins over the bucket's; a vendor's headers are not known here. The key of S3 itself asks for no
 * right. Source: Amazon S3 User Guide, "Specifying server-side encryption with AWS KMS (SSE-KMS)".
 */
function deliveryKey(
  { deliverer, headers: { sse, kmsKeyId } = {}, bucket }: DesiredAccess,
  route: DeliveryRoute,
  encryption: BucketEncryption | undefined,
): DeliveryKey {
  if (deliverer === 'audit-export' && kmsKeyId !== undefined) return keyNamed(kmsKeyId, route, 'the profile');
  if (deliverer === 'audit-export' && sse !== undefined) return { kind: 'none' };
  if (encryption === undefined)
    return {
      kind: 'unknown',
      why: 'how the bucket encrypts could not be seen',
      demanded: false,
      cure: `aws s3api get-bucket-encryption --bucket ${bucket} tells whoever may see it; until the set-up names the key, the right stays as it is`,
    };
  const { algorithm, kmsKey } = encryption;
  return algorithm.startsWith('aws:kms') ? keyNamed(kmsKey, route, 'the bucket') : { kind: 'none' };
}

function keyNamed(name: string | undefined, route: DeliveryRoute, where: string): DeliveryKey {
  if (name === undefined || name.endsWith('alias/aws/s3')) return { kind: 'none' };
  const { partition, region, caller } = route;
  const arn = keyArn(name, { partition, region, account: caller.account });
  if (arn !== undefined) return { kind: 'key', arn };
  return {
    kind: 'unknown',
    why: `${where} names it ${name}, which does not say which key it is`,
    demanded: true,
    cure: `audit-export init --reconfigure --kms-key-arn ${keyWord(name, region)} --yes`,
  };
}

/** A key as a word of a command that takes no alias: an alias is looked up first. */
export function keyWord(name: string, region: string): string {
  if (!name.includes('alias/')) return name;
  return `"$(aws kms describe-key --region ${region} --key-id ${name} --query KeyMetadata.Arn --output text)"`;
}

/** The ARN of a key that is named by its ARN or its bare id; undefined for an alias, which can't stand in a policy. */
export function keyArn(
  name: string,
  { partition, region, account }: { partition: string; region: string; account: string },
): string | undefined {
  if (answerRules.kmsKeyArn.check(name) === undefined) return name;
  if (!/^(mrk-)?[0-9a-f-]{32,36}$/.test(name)) return undefined;
  return `arn:${partition}:kms:${region}:${account}:key/${name}`;
}

/** Resources on which an Allow lets data keys be made. */
function keysIn({ element }: LiveStatement): string[] {
  const makesKeys = element['Effect'] === 'Allow' && stringsOf(element['Action']).some(isRight);
  return makesKeys ? stringsOf(element['Resource']) : [];
}

function isRight(pattern: string): boolean {
  return matches(withWildcards(pattern.toLowerCase()), right.toLowerCase());
}

/** The document, with the rights on keys that deliveries need or may need. */
export function withSparedKeys(document: PolicyDocument, { spared }: KeyRights): PolicyDocument {
  if (spared.length === 0) return document;
  return withStatements(document, [{ Effect: 'Allow', Action: right, Resource: spared }]);
}

/** The statements of a live document that give such a right, without whatever else they give. */
export function sparedStatements(document: LiveDocument | undefined, { spared }: KeyRights): Statement[] {
  return (document?.statements ?? []).flatMap((live): Statement[] => {
    const named = keysIn(live);
    const keys = spared.filter((key) => named.some((name) => name === key || covers(name, key)));
    if (keys.length === 0) return [];
    const { element } = live;
    const alone = stringsOf(element['Action']).every(
      (action) => action.toLowerCase() === right.toLowerCase(),
    );
    if (alone && named.every((name) => keys.includes(name))) return [element as unknown as Statement];
    const { Condition: condition } = element as { Condition?: Statement['Condition'] };
    const resource = keys.length === 1 ? (keys[0] ?? '') : keys;
    return [
      {
        Effect: 'Allow',
        Action: right,
        Resource: resource,
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ];
  });
}

function covers(pattern: string, key: string): boolean {
  return !/[*?]/.test(key) && matches(withWildcards(pattern), key);
}

export function withStatements(document: PolicyDocument, more: readonly Statement[]): PolicyDocument {
  return more.length === 0 ? document : { ...document, Statement: [...asList(document.Statement), ...more] };
}

/** Keys that deliveries are certain to need. */
export function neededKeys({ kmsKeyArn }: DesiredAccess, { key }: KeyRights): string[] {
  return [...new Set([...asList(kmsKeyArn), ...(key.kind === 'key' ? [key.arn] : [])])];
}

function noKeyAtAll({
  why,
  cure,
}: {
  why: string;
  cure: string;
}): Pick<DriftFinding, 'code' | 'level' | 'message' | 'cure'> {
  return {
    code: 'bucket-key',
    level: 'drift',
    message: `deliveries are encrypted with a KMS key, and no policy of the role allows ${right} on any: ${why}`,
    cure,
  };
}

/** What is to be said of a key that the set-up does not name. */
export function keyFindings(
  desired: DesiredAccess,
  route: DeliveryRoute,
  { rights, policies }: { rights: KeyRights; policies: RolePolicies },
): DriftFinding[] {
  const { key, spared } = rights;
  if (key.kind === 'none') return [];
  const finding = { resource: desired.role.name, curedByPlan: false };
  if (key.kind === 'unknown' && spared.length === 0)
    return key.demanded && desired.kmsKeyArn === undefined ? [{ ...finding, ...noKeyAtAll(key) }] : [];
  if (key.kind === 'unknown')
    return [
      {
        ...finding,
        code: 'bucket-key-unseen',
        level: 'warning',
        message: `it may have data keys made with ${spared.join(' and ')} (${right}); whether deliveries need that is not known: ${key.why}`,
        cure: key.cure,
      },
    ];
  if (spared.length === 0) return [];
  const { arn } = key;
  const identity = documentsOf([policies.own, ...policies.extras].map((policy) => policy?.document));
  const asked = neededBy(route, [arn]).filter(({ type }) => type === 'encryption');
  const lacks = judgeDeliveries(asked, { identity }).some(
    ({ decision }) => !decision.allowed && decision.reason === 'implicit-deny',
  );
  const named = desired.kmsKeyArn === undefined ? 'no key' : `another key (${desired.kmsKeyArn})`;
  return [
    {
      ...finding,
      code: 'bucket-key',
      level: lacks ? 'drift' : 'warning',
      message: `deliveries are encrypted with the KMS key ${arn}; ${lacks ? `no policy of the role allows ${right} on it, and` : `the role may use it, but`} the set-up names ${named}`,
      cure: `audit-export init --reconfigure --kms-key-arn ${arn} --yes`,
    },
  ];
}
