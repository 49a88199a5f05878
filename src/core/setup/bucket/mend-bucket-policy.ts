import type { Caller, Decision } from '../../policy/authorize.ts';
import type { PolicyDocument, Statement } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import { shellWord } from '../../language/shell-word.ts';
import type { DeliveryRoute } from '../delivery/delivery.ts';

/** The policy without one of its statements. */
export function without(policy: PolicyDocument, index: number): PolicyDocument {
  return { ...policy, Statement: asList(policy.Statement).filter((_, at) => at !== index) };
}

/** The policy with a statement that lets the role deliver: across accounts, the bucket's owner must say so. */
export function amend(policy: PolicyDocument | undefined, route: DeliveryRoute): PolicyDocument {
  const { partition, bucket, prefix, caller } = route;
  const statement: Statement = {
    Sid: 'DeliverAuditLogs',
    Effect: 'Allow',
    Principal: { AWS: caller.roleArn ?? caller.arn },
    Action: 's3:PutObject',
    Resource: `arn:${partition}:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}*`,
  };
  return { Version: '2012-10-17', ...policy, Statement: [...asList(policy?.Statement), statement] };
}

/** The policy with a statement that denies whatever comes without TLS. */
export function demandingTls(policy: PolicyDocument | undefined, bucketArn: string): PolicyDocument {
  const statement: Statement = {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
  return { Version: '2012-10-17', ...policy, Statement: [...asList(policy?.Statement), statement] };
}

/**
 * The policy with whoever delivers left out of every statement that denies deliveries: a Deny that spares one role is
 * never wider for anybody else. `denial` says what still denies.
 */
export function exempted(
  policy: PolicyDocument,
  caller: Caller,
  denial: (policy: PolicyDocument) => Decision | undefined,
): PolicyDocument {
  let mended = policy;
  for (let rounds = asList(policy.Statement).length; rounds > 0; rounds--) {
    const index = denial(mended)?.statement?.index;
    if (index === undefined) break;
    const arn = caller.roleArn ?? caller.arn;
    const statements = asList(mended.Statement).flatMap((statement, at) => {
      if (at !== index) return [statement];
      return isAbout(statement, arn) ? [] : [sparing(statement, arn)];
    });
    mended = { ...policy, Statement: statements };
  }
  return mended;
}

/** Whether the statement names this principal and nobody else. */
function isAbout({ Principal: principal }: Statement, arn: string): boolean {
  return (
    typeof principal === 'object' &&
    Object.keys(principal).join() === 'AWS' &&
    asList(principal.AWS).every((name) => name === arn)
  );
}

function sparing(statement: Statement, arn: string): Statement {
  const { Condition: condition = {} } = statement;
  const { ArnNotEquals: keys = {} } = condition;
  const name =
    Object.keys(keys).find((key) => key.toLowerCase() === 'aws:principalarn') ?? 'aws:PrincipalArn';
  const spared = [...asList(keys[name]), arn];
  return {
    ...statement,
    Condition: { ...condition, ArnNotEquals: { ...keys, [name]: spared.length === 1 ? arn : spared } },
  };
}

/** The command that puts the policy in place; undefined stands for no policy at all. */
export function putPolicyCommand(bucket: string, policy: PolicyDocument | undefined): string {
  return policy === undefined
    ? `aws s3api delete-bucket-policy --bucket ${bucket}`
    : `aws s3api put-bucket-policy --bucket ${bucket} --policy ${shellWord(JSON.stringify(policy))}`;
}
