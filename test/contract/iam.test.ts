/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
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
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import { contract, refusal } from './contract.ts';
import { policy, trust } from './documents.ts';

contract('IAM', (server, claim) => {
  const document = policy('s3:PutObject', 'arn:aws:s3:::some-bucket/*');

  async function newRole(more: object = {}): Promise<string> {
    const RoleName = server.uniqueName('ALTRPublishSIEMData');
    const AssumeRolePolicyDocument = trust(server.vendor, 'org-1');
    await server.iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, ...more }));
    server.remember({ role: RoleName });
    return RoleName;
  }

  async function newPolicy(): Promise<string> {
    const PolicyName = server.uniqueName('AuditExport');
    const { Policy } = await server
      .iam()
      .send(new CreatePolicyCommand({ PolicyName, PolicyDocument: document }));
    server.remember({ policy: Policy?.Arn });
    return Policy?.Arn ?? '';
  }

  claim('a role is got back as it was created', async () => {
    const Tags = [{ Key: 'made-by', Value: 'audit-export' }];
    const RoleName = await newRole({
      Description: 'Delivers',
      MaxSessionDuration: 7200,
      Path: '/audit/',
      Tags,
    });
    const { Role } = await server.iam().send(new GetRoleCommand({ RoleName }));
    expect(Role).toMatchObject({
      Arn: `arn:aws:iam::${server.customer.accountId}:role/audit/${RoleName}`,
      Description: 'Delivers',
      MaxSessionDuration: 7200,
      Tags,
    });
    expect(Role?.RoleId).toMatch(/^AROA/);
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust(server.vendor, 'org-1'));
  });

  claim('a name that is taken is EntityAlreadyExists', async () => {
    const RoleName = await newRole();
    const again = server
      .iam()
      .send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(server.vendor) }));
    expect(await refusal(again)).toMatchObject({ name: 'EntityAlreadyExistsException', status: 409 });
  });

  claim('names differ by more than case', async () => {
    const RoleName = await newRole();
    const other = server.iam().send(
      new CreateRoleCommand({
        RoleName: RoleName.toUpperCase(),
        AssumeRolePolicyDocument: trust(server.vendor),
      }),
    );
    expect(await refusal(other)).toMatchObject({ name: 'EntityAlreadyExistsException', status: 409 });
  });

  claim('what is not there is NoSuchEntity', async () => {
    const RoleName = server.uniqueName('nobody');
    const PolicyArn = `arn:aws:iam::${server.customer.accountId}:policy/${RoleName}`;
    const existing = await newRole();
    const calls: (() => Promise<unknown>)[] = [
      async () => await server.iam().send(new GetRoleCommand({ RoleName })),
      async () => await server.iam().send(new DeleteRoleCommand({ RoleName })),
      async () => await server.iam().send(new GetPolicyCommand({ PolicyArn })),
      async () => await server.iam().send(new AttachRolePolicyCommand({ RoleName: existing, PolicyArn })),
    ];
    for (const call of calls)
      expect(await refusal(call())).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
  });

  for (const [what, RoleName] of [
    ['of 65 characters', 'r'.repeat(65)],
    ['with a space', 'two words'],
  ] as const) {
    claim(`a role name ${what} is refused`, async () => {
      const AssumeRolePolicyDocument = trust(server.vendor);
      const call = server.iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
      expect(await refusal(call)).toMatchObject({ status: 400 });
    });
  }

  claim('a trust policy that is none is MalformedPolicyDocument', async () => {
    for (const AssumeRolePolicyDocument of [
      '{"Version":',
      JSON.stringify({ Version: '2012-10-17', Statement: [] }),
      document,
    ]) {
      const RoleName = server.uniqueName('malformed');
      const call = server.iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
      expect(await refusal(call)).toMatchObject({ name: 'MalformedPolicyDocumentException', status: 400 });
    }
  });

  claim('a trust policy that names somebody who does not exist is MalformedPolicyDocument', async () => {
    const nobody = `arn:aws:iam::${server.customer.accountId}:user/${server.uniqueName('nobody')}`;
    const call = server.iam().send(
      new CreateRoleCommand({
        RoleName: server.uniqueName('malformed'),
        AssumeRolePolicyDocument: trust(nobody),
      }),
    );
    expect(await refusal(call)).toMatchObject({ name: 'MalformedPolicyDocumentException', status: 400 });
  });

  claim('a trust policy and the other settings of a role can be changed', async () => {
    const RoleName = await newRole();
    await server
      .iam()
      .send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(server.vendor, 'org-2') }));
    await server
      .iam()
      .send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 3600, Description: 'new' }));
    const { Role } = await server.iam().send(new GetRoleCommand({ RoleName }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust(server.vendor, 'org-2'));
    expect(Role?.Description).toBe('new');
  });

  claim('roles are listed page by page', async () => {
    const made = [await newRole(), await newRole()];
    const seen: string[] = [];
    let Marker: string | undefined;
    for (let page = 0; page < 50; page += 1) {
      const list = await server.iam().send(new ListRolesCommand({ MaxItems: 1, ...(Marker && { Marker }) }));
      seen.push(...(list.Roles ?? []).map((role) => role.RoleName ?? ''));
      Marker = list.Marker;
      if (list.IsTruncated !== true) break;
    }
    expect(seen).toEqual(expect.arrayContaining(made));
    expect(new Set(seen).size).toBe(seen.length);
  });

  claim('tags of a role come and go', async () => {
    const RoleName = await newRole();
    await server.iam().send(
      new TagRoleCommand({
        RoleName,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await server.iam().send(new UntagRoleCommand({ RoleName, TagKeys: ['a'] }));
    const { Tags } = await server.iam().send(new ListRoleTagsCommand({ RoleName }));
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  claim('a managed policy is got back as it was created, and attached', async () => {
    const RoleName = await newRole();
    const PolicyArn = await newPolicy();
    const { PolicyVersion } = await server
      .iam()
      .send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(document);
    await server.iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const { AttachedPolicies } = await server.iam().send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(AttachedPolicies?.map((attached) => attached.PolicyArn)).toEqual([PolicyArn]);
    const { Policy } = await server.iam().send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy).toMatchObject({ AttachmentCount: 1, DefaultVersionId: 'v1' });
  });

  claim('attaching a policy twice is attaching it once', async () => {
    const RoleName = await newRole();
    const PolicyArn = await newPolicy();
    await server.iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await server.iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const { Policy } = await server.iam().send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.AttachmentCount).toBe(1);
  });

  claim('a policy has five versions at most', async () => {
    const PolicyArn = await newPolicy();
    const add = async (): Promise<unknown> =>
      await server
        .iam()
        .send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document, SetAsDefault: true }));
    for (let version = 2; version <= 5; version += 1) await add();
    expect(await refusal(add())).toMatchObject({ name: 'LimitExceededException', status: 409 });
    await server.iam().send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    await add();
    const { Versions } = await server.iam().send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.find((version) => version.IsDefaultVersion === true)?.VersionId).toBe('v6');
  });

  claim('the default version of a policy is not deleted', async () => {
    const PolicyArn = await newPolicy();
    const remove = server.iam().send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(await refusal(remove)).toMatchObject({ name: 'DeleteConflictException', status: 409 });
  });

  claim('what is attached is not deleted', async () => {
    const RoleName = await newRole();
    const PolicyArn = await newPolicy();
    await server.iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const conflict = { name: 'DeleteConflictException', status: 409 };
    expect(await refusal(server.iam().send(new DeletePolicyCommand({ PolicyArn })))).toMatchObject(conflict);
    expect(await refusal(server.iam().send(new DeleteRoleCommand({ RoleName })))).toMatchObject(conflict);
    await server.iam().send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await server.iam().send(new DeletePolicyCommand({ PolicyArn }));
    await server.iam().send(new DeleteRoleCommand({ RoleName }));
  });

  claim('a policy above 6,144 characters is LimitExceeded', async () => {
    const resources = Array.from(
      { length: 200 },
      (_, index) => `arn:aws:s3:::bucket-number-${index}/prefix/*`,
    );
    const call = server.iam().send(
      new CreatePolicyCommand({
        PolicyName: server.uniqueName('large'),
        PolicyDocument: policy('s3:PutObject', resources),
      }),
    );
    expect(await refusal(call)).toMatchObject({ name: 'LimitExceededException', status: 409 });
  });

  claim('an inline policy comes and goes', async () => {
    const RoleName = await newRole();
    const PolicyName = 'inline';
    await server.iam().send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: document }));
    const got = await server.iam().send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    expect(decodeURIComponent(got.PolicyDocument ?? '')).toBe(document);
    expect((await server.iam().send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual([
      PolicyName,
    ]);
    await server.iam().send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    const gone = server.iam().send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    expect(await refusal(gone)).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
  });

  claim('a user is told about itself', async () => {
    const { User } = await server.iam().send(new GetUserCommand({}));
    expect(User?.Arn).toBe(server.customer.principalArn);
  });

  claim('who may not use IAM is refused', async () => {
    const call = server.iam(server.vendor).send(new ListRolesCommand());
    expect(await refusal(call)).toMatchObject({ status: 403 });
  });
});
