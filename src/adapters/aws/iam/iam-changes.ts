import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient, Tag } from '@aws-sdk/client-iam';
import type { AppliedChange, IamChange } from '../../../ports/aws/iam-admin.ts';
import { fromIamError, isConflict, isMissing } from './iam-errors.ts';

/** Pauses before the tries after the first: what was just made may take a moment to be seen by the next call. */
const pausesMs = [500, 1000, 2000];

type Change<K extends IamChange['kind']> = Extract<IamChange, { kind: K }>;

interface Call<K extends IamChange['kind']> {
  action: string;
  target: (change: Change<K>) => string;
  send: (iam: IAMClient, change: Change<K>) => Promise<Answer>;
  /** Refers to something that a change before it may have made. */
  follows?: boolean;
}

interface Answer {
  made?: { arn?: string | undefined; id?: string | undefined; versionId?: string | undefined };
  $metadata: { requestId?: string | undefined };
}

/** The one call of IAM that makes each kind of change. */
const calls: { [K in IamChange['kind']]: Call<K> } = {
  'create-policy': {
    action: 'iam:CreatePolicy',
    target: ({ arn }) => arn,
    send: async (iam, { name, description, document, tags }) => {
      const { Policy, $metadata } = await iam.send(
        new CreatePolicyCommand({
          PolicyName: name,
          Description: description,
          PolicyDocument: JSON.stringify(document),
          Tags: tagList(tags),
        }),
      );
      return { made: { arn: Policy?.Arn, id: Policy?.PolicyId }, $metadata };
    },
  },
  'create-role': {
    action: 'iam:CreateRole',
    target: ({ name }) => `role ${name}`,
    send: async (iam, { name, description, trustPolicy, tags }) => {
      const { Role, $metadata } = await iam.send(
        new CreateRoleCommand({
          RoleName: name,
          Description: description,
          AssumeRolePolicyDocument: JSON.stringify(trustPolicy),
          Tags: tagList(tags),
        }),
      );
      return { made: { arn: Role?.Arn, id: Role?.RoleId }, $metadata };
    },
  },
  'update-trust': {
    action: 'iam:UpdateAssumeRolePolicy',
    target: ({ role }) => `role ${role}`,
    send: (iam, { role, after }) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: role, PolicyDocument: JSON.stringify(after) })),
  },
  'delete-policy-version': {
    action: 'iam:DeletePolicyVersion',
    target: ({ arn, versionId }) => `${arn} ${versionId}`,
    send: (iam, { arn, versionId }) =>
      iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: versionId })),
  },
  'create-policy-version': {
    action: 'iam:CreatePolicyVersion',
    target: ({ arn }) => arn,
    send: async (iam, { arn, after }) => {
      const { PolicyVersion, $metadata } = await iam.send(
        new CreatePolicyVersionCommand({
          PolicyArn: arn,
          PolicyDocument: JSON.stringify(after),
          SetAsDefault: true,
        }),
      );
      return { made: { versionId: PolicyVersion?.VersionId }, $metadata };
    },
  },
  'attach-policy': {
    action: 'iam:AttachRolePolicy',
    target: ({ role, arn }) => `role ${role}, ${arn}`,
    follows: true,
    send: (iam, { role, arn }) => iam.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
  },
  'put-inline-policy': {
    action: 'iam:PutRolePolicy',
    target: ({ role, name }) => `role ${role}, policy ${name}`,
    follows: true,
    send: (iam, { role, name, after }) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName: role,
          PolicyName: name,
          PolicyDocument: JSON.stringify(after),
        }),
      ),
  },
  'detach-policy': {
    action: 'iam:DetachRolePolicy',
    target: ({ role, arn }) => `role ${role}, ${arn}`,
    send: (iam, { role, arn }) => iam.send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
  },
  'delete-inline-policy': {
    action: 'iam:DeleteRolePolicy',
    target: ({ role, name }) => `role ${role}, policy ${name}`,
    send: (iam, { role, name }) =>
      iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: name })),
  },
  'delete-policy': {
    action: 'iam:DeletePolicy',
    target: ({ arn }) => arn,
    send: (iam, { arn }) => iam.send(new DeletePolicyCommand({ PolicyArn: arn })),
  },
  'delete-role': {
    action: 'iam:DeleteRole',
    target: ({ name }) => `role ${name}`,
    send: (iam, { name }) => iam.send(new DeleteRoleCommand({ RoleName: name })),
  },
};

/** Makes one change. Waits a few seconds where IAM has not caught up with the change before. Throws `AuditExportError`. */
export async function makeChange(
  iam: IAMClient,
  change: IamChange,
  sleep: (ms: number) => Promise<unknown>,
): Promise<AppliedChange> {
  const call = calls[change.kind] as unknown as Call<IamChange['kind']>;
  for (let tries = 0; ; tries++) {
    try {
      const { made = {}, $metadata } = await call.send(iam, change);
      const facts = Object.entries({ ...made, requestId: $metadata.requestId });
      return Object.fromEntries(facts.filter(([, fact]) => fact !== undefined)) as AppliedChange;
    } catch (error) {
      const pauseMs = pausesMs[tries];
      const settles = isConflict(error) || (call.follows === true && isMissing(error));
      if (!settles || pauseMs === undefined)
        throw fromIamError(error, { action: call.action, target: call.target(change) });
      await sleep(pauseMs);
    }
  }
}

function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
