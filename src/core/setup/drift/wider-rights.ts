import { authorize } from '../../policy/authorize.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import { matches, withWildcards } from '../../policy/pattern.ts';
import type { DeliveryRoute } from '../delivery/delivery.ts';
import { evaluable } from '../documents/evaluable.ts';
import type { FindingCode } from './finding.ts';
import type { LiveDocument, LiveStatement } from '../documents/live-document.ts';
import { stringsOf } from '../documents/live-document.ts';
import { keysBeside, probeKey } from '../delivery/probe-keys.ts';
import { withStatements } from './role-policies.ts';

type Difference = readonly [FindingCode, string];

/** Actions that a wildcard may stand for: what it could do to the bucket, to keys, and to the account. */
const knownActions =
  's3:PutObject s3:PutObjectAcl s3:PutObjectTagging s3:PutObjectRetention s3:PutObjectLegalHold s3:GetObject s3:GetObjectVersion s3:GetObjectTagging s3:GetObjectAcl s3:DeleteObject s3:DeleteObjectVersion s3:AbortMultipartUpload s3:ListMultipartUploadParts s3:RestoreObject s3:BypassGovernanceRetention s3:ReplicateObject s3:ListBucket s3:ListBucketVersions s3:GetBucketPolicy s3:PutBucketPolicy s3:DeleteBucketPolicy s3:PutBucketAcl s3:PutLifecycleConfiguration s3:PutEncryptionConfiguration s3:PutBucketPublicAccessBlock s3:DeleteBucket s3:CreateBucket s3:ListAllMyBuckets kms:GenerateDataKey kms:Decrypt kms:Encrypt kms:DescribeKey kms:PutKeyPolicy iam:PassRole iam:PutRolePolicy iam:AttachRolePolicy iam:CreateUser sts:AssumeRole sts:GetCallerIdentity sqs:SendMessage ec2:RunInstances lambda:InvokeFunction logs:PutLogEvents'.split(
    ' ',
  );

/** What an Allow of the role's may be asked for, and what it should allow. */
export interface WiderThan {
  route: DeliveryRoute;
  wanted: PolicyDocument;
  /** What else the role's policies deny. */
  denials: readonly PolicyDocument[];
}

/** Rights that a statement gives beyond those that are wanted, as far as nothing denies them. */
export function widerRights(live: LiveDocument, statement: LiveStatement, than: WiderThan): Difference[] {
  const { element } = statement;
  if (element['Effect'] !== 'Allow') return [];
  const alone = withStatements(live, [statement]);
  const resources = resourcesIn(element, than.route);
  const beyond = (action: string): string[] =>
    resources
      .filter(
        ({ arn }) => isAllowed(action, arn, [alone, ...than.denials], than) && !isWanted(action, arn, than),
      )
      .map(({ pattern }) => pattern);
  if (element['NotAction'] !== undefined)
    return actionsIn(element).some(({ action }) => beyond(action).length > 0)
      ? [['widened-action', `it allows everything but ${stringsOf(element['NotAction']).join(', ')}`]]
      : [];
  const wantedActions = new Set(
    asList(than.wanted.Statement).flatMap(({ Action: actions }) => asList(actions).map(lower)),
  );
  const found = actionsIn(element).map(({ action, pattern }) => ({ action, pattern, on: beyond(action) }));
  const more = found.filter(({ action, on }) => on.length > 0 && !wantedActions.has(lower(action)));
  const widened = new Set(more.map(({ pattern }) => pattern));
  const elsewhere = found.filter(({ pattern, on }) => on.length > 0 && !widened.has(pattern));
  return [
    ...[...widened].map((pattern): Difference => ['widened-action', `it allows ${pattern}`]),
    ...elsewhere.flatMap(({ pattern, on }) =>
      [...new Set(on)].map((resource): Difference => [
        'widened-resource',
        elsewhereText(element, pattern, resource, than),
      ]),
    ),
  ];
}

function elsewhereText(
  element: LiveStatement['element'],
  action: string,
  resource: string,
  { route }: WiderThan,
): string {
  if (element['NotResource'] !== undefined)
    return `it applies to everything but ${stringsOf(element['NotResource']).join(', ')}`;
  if (action.toLowerCase().startsWith('kms:'))
    return `it allows ${action} on ${resource}, and one key is enough`;
  const { partition, bucket, prefix } = route;
  return `it allows ${action} on ${resource}, outside arn:${partition}:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}*`;
}

const lower = (text: string): string => text.toLowerCase();

/** Actions that the element names; of a wildcard those that are known, and one that nobody knows. */
function actionsIn(element: LiveStatement['element']): { action: string; pattern: string }[] {
  const unnamed = { action: 'some:Action', pattern: '*' };
  if (element['NotAction'] !== undefined)
    return [...knownActions.map((action) => ({ action, pattern: '*' })), unnamed];
  return stringsOf(element['Action']).flatMap((pattern) => {
    if (!/[*?]/.test(pattern)) return [{ action: pattern, pattern }];
    const known = knownActions.filter((action) => matches(withWildcards(lower(pattern)), lower(action)));
    const others =
      pattern === '*' ? ['some:Action'] : [pattern.replaceAll('*', 'Something').replaceAll('?', 'X')];
    const isWhole = known.length > 0 && !pattern.includes('*');
    return [...known, ...(isWhole ? [] : others)].map((action) => ({ action, pattern }));
  });
}

/** Resources that the element may mean: what its patterns name, and what lies inside and beside the place of delivery. */
function resourcesIn(
  element: LiveStatement['element'],
  { partition, bucket, prefix }: DeliveryRoute,
): { arn: string; pattern: string }[] {
  const patterns = stringsOf(element['Resource']);
  const near = [probeKey(prefix), ...keysBeside(prefix)].map(
    (key) => `arn:${partition}:s3:::${bucket}/${key}`,
  );
  const far = [
    `arn:${partition}:s3:::${bucket}`,
    `arn:${partition}:s3:::another-bucket/${probeKey(prefix)}`,
    `arn:${partition}:kms:eu-west-1:000000000001:key/1`,
    `arn:${partition}:iam::000000000001:role/another`,
  ];
  if (element['NotResource'] !== undefined) return [...near, ...far].map((arn) => ({ arn, pattern: '*' }));
  return patterns.flatMap((pattern) =>
    [
      ...near,
      ...far,
      pattern.replaceAll('*', 'x').replaceAll('?', 'y'),
      pattern.replaceAll('*', '').replaceAll('?', 'y'),
    ]
      .filter((arn) => pattern.includes('${') || pattern === '*' || matches(withWildcards(pattern), arn))
      .map((arn) => ({ arn, pattern })),
  );
}

/** Whether the role could have it: all that it may choose, or nobody knows, taken for it. */
function isAllowed(
  action: string,
  resource: string,
  identity: readonly PolicyDocument[],
  { route: { caller, roleId } }: WiderThan,
): boolean {
  const fixed = {
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': caller.account,
    'aws:PrincipalIsAWSService': 'false',
    ...(roleId === undefined ? {} : { 'aws:userid': `${roleId}:audit-export` }),
  };
  return (
    evaluable(() => {
      const decision = authorize(
        {
          caller,
          action,
          resource,
          resourceAccount: caller.account,
          context: fixed,
          isUnknown: () => true,
        },
        { identity },
        'for',
      );
      return { verdict: decision.allowed ? 'allowed' : 'denied', decision };
    }).verdict === 'allowed'
  );
}

function isWanted(action: string, resource: string, than: WiderThan): boolean {
  return isAllowed(action, resource, [than.wanted], than);
}
