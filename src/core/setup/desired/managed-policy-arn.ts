import type { DesiredAccess } from './desired-access.ts';
import { policyArnOf } from './desired-access.ts';
import type { LiveAccess } from '../../../ports/aws/iam-admin.ts';

/** ARN of the managed policy: as found, else as it will be. */
export function managedPolicyArn(desired: DesiredAccess, live: LiveAccess): string {
  return live.policy?.arn ?? policyArnOf(desired.partition, live.account ?? '', desired.policy.name);
}
