import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient, Role } from '@aws-sdk/client-iam';
import { policyArnOf } from '../../../core/setup/desired/desired-access.ts';
import type { LiveAccess, LivePolicy, LiveRole, AccessNames } from '../../../ports/aws/iam-admin.ts';
import { AuditExportError } from '../../../errors.ts';
import { fromIamError, isMissing, isUnsupported } from './iam-errors.ts';

/** A list in IAM has at most a thousand items a page; no account has more roles or policies than this. */
const mostPages = 20;
const pageSize = 1000;

/** Reads all there is under the names. `account` is the caller's, where the server says it. */
export async function readLiveAccess(
  iam: IAMClient,
  names: AccessNames,
  account: string | undefined,
): Promise<LiveAccess> {
  return new Reader(iam).read(names, account);
}

class Reader {
  readonly #iam: IAMClient;
  readonly #notes: string[] = [];

  constructor(iam: IAMClient) {
    this.#iam = iam;
  }

  async read(names: AccessNames, account: string | undefined): Promise<LiveAccess> {
    const role = await this.#role(names.role.name);
    const policy = names.policy.inline ? {} : await this.#managedPolicy(names, account);
    return {
      account,
      role: role.found,
      policy: policy.found,
      sameName: {
        ...(role.sameName === undefined ? {} : { role: role.sameName }),
        ...(policy.sameName === undefined ? {} : { policy: policy.sameName }),
      },
      notes: this.#notes,
    };
  }

  async #role(name: string): Promise<Found<LiveRole>> {
    const role = await this.#orMissing('iam:GetRole', `role ${name}`, async () => {
      const { Role } = await this.#iam.send(new GetRoleCommand({ RoleName: name }));
      return Role;
    });
    if (role === undefined) return { sameName: await this.#roleOfOtherCase(name) };
    // A server that looks names up without regard to case answers with the one it has.
    if (role.RoleName !== undefined && role.RoleName !== name) return { sameName: role.Arn };
    return { found: await this.#describeRole(name, role) };
  }

  async #describeRole(name: string, role: Role): Promise<LiveRole> {
    return {
      name,
      arn: role.Arn ?? '',
      id: role.RoleId ?? '',
      trustPolicy: documentText(role.AssumeRolePolicyDocument),
      boundary: await this.#boundary(role.PermissionsBoundary?.PermissionsBoundaryArn),
      attached: await this.#attachedPolicies(name),
      inline: await this.#inlinePolicies(name),
    };
  }

  async #attachedPolicies(RoleName: string): Promise<LiveRole['attached']> {
    const act = { action: 'iam:ListAttachedRolePolicies', target: `role ${RoleName}` };
    const read = pages(async (Marker) => {
      const page = await this.#iam.send(new ListAttachedRolePoliciesCommand({ RoleName, ...Marker }));
      return [page.AttachedPolicies, page];
    });
    const policies = await read.catch((error: unknown) => {
      if (!isUnsupported(error)) throw fromIamError(error, act);
      this.#notes.push('the server has no managed policies, so none can be attached');
      return [];
    });
    const attached: LiveRole['attached'] = [];
    for (const { PolicyName = '', PolicyArn = '' } of policies)
      attached.push({ name: PolicyName, arn: PolicyArn, ...(await this.#documentIfSeen(PolicyArn)) });
    return attached;
  }

  async #boundary(arn: string | undefined): Promise<LiveRole['boundary']> {
    return arn === undefined ? undefined : { arn, ...(await this.#documentIfSeen(arn)) };
  }

  /** The document in force of a policy that may be anybody's; where it may not be read, that is a note. */
  async #documentIfSeen(PolicyArn: string): Promise<{ document?: string }> {
    try {
      const { Policy } = await this.#iam.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy?.DefaultVersionId ?? 'v1';
      const { PolicyVersion } = await this.#iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      return { document: documentText(PolicyVersion?.Document) };
    } catch (error) {
      const { message } = fromIamError(error, { action: 'iam:GetPolicyVersion', target: PolicyArn });
      this.#notes.push(`not read: ${message.replace(/\.$/, '')}`);
      return {};
    }
  }

  async #inlinePolicies(RoleName: string): Promise<LiveRole['inline']> {
    const names = await pages(async (Marker) => {
      const page = await this.#iam.send(new ListRolePoliciesCommand({ RoleName, ...Marker }));
      return [page.PolicyNames, page];
    }).catch(asIamError('iam:ListRolePolicies', `role ${RoleName}`));
    const policies: LiveRole['inline'] = [];
    for (const PolicyName of names) {
      const { PolicyDocument } = await this.#iam
        .send(new GetRolePolicyCommand({ RoleName, PolicyName }))
        .catch(asIamError('iam:GetRolePolicy', `role ${RoleName}, policy ${PolicyName}`));
      policies.push({ name: PolicyName, document: documentText(PolicyDocument) });
    }
    return policies;
  }

  async #managedPolicy(names: AccessNames, account: string | undefined): Promise<Found<LivePolicy>> {
    const owner = account ?? names.customerAccountId;
    if (owner === undefined)
      throw new AuditExportError(
        'missing-answer',
        'The server does not say to which account the credentials belong, so a managed policy has no ARN.',
        { cure: 'Put the policy into the role: --inline-policy' },
      );
    const arn = policyArnOf(names.partition, owner, names.policy.name);
    const policy = await this.#orMissing('iam:GetPolicy', arn, async () => {
      const { Policy } = await this.#iam.send(new GetPolicyCommand({ PolicyArn: arn }));
      return Policy;
    });
    if (policy === undefined) return { sameName: await this.#policyOfSameName(names.policy.name) };
    if (policy.Arn !== undefined && policy.Arn !== arn) return { sameName: policy.Arn };
    const versions = await this.#policyVersions(arn);
    const defaultVersionId = policy.DefaultVersionId ?? versions.find(({ isDefault }) => isDefault)?.id ?? '';
    return {
      found: {
        name: names.policy.name,
        arn,
        id: policy.PolicyId ?? '',
        document: await this.#policyDocument(arn, defaultVersionId),
        defaultVersionId,
        versions,
        attachments: (policy.AttachmentCount ?? 0) + (policy.PermissionsBoundaryUsageCount ?? 0),
      },
    };
  }

  async #policyVersions(PolicyArn: string): Promise<LivePolicy['versions']> {
    const versions = await pages(async (Marker) => {
      const page = await this.#iam.send(new ListPolicyVersionsCommand({ PolicyArn, ...Marker }));
      return [page.Versions, page];
    }).catch(asIamError('iam:ListPolicyVersions', PolicyArn));
    return versions.map(({ VersionId = '', IsDefaultVersion }) => ({
      id: VersionId,
      isDefault: IsDefaultVersion === true,
    }));
  }

  async #policyDocument(PolicyArn: string, VersionId: string): Promise<string> {
    const { PolicyVersion } = await this.#iam
      .send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))
      .catch(asIamError('iam:GetPolicyVersion', `${PolicyArn} ${VersionId}`));
    return documentText(PolicyVersion?.Document);
  }

  async #roleOfOtherCase(name: string): Promise<string | undefined> {
    const roles = await this.#optional('iam:ListRoles', async (Marker) => {
      const page = await this.#iam.send(new ListRolesCommand({ MaxItems: pageSize, ...Marker }));
      return [page.Roles, page];
    });
    return roles.find(({ RoleName }) => RoleName?.toLowerCase() === name.toLowerCase())?.Arn;
  }

  async #policyOfSameName(name: string): Promise<string | undefined> {
    const policies = await this.#optional('iam:ListPolicies', async (Marker) => {
      const page = await this.#iam.send(
        new ListPoliciesCommand({ Scope: 'Local', MaxItems: pageSize, ...Marker }),
      );
      return [page.Policies, page];
    });
    return policies.find(({ PolicyName }) => PolicyName?.toLowerCase() === name.toLowerCase())?.Arn;
  }

  /** A look that only finds a name that is taken sooner: without the right to it, creating will find it. */
  async #optional<T>(action: string, read: ReadPage<T>): Promise<T[]> {
    return pages(read).catch((error: unknown) => {
      // A tenant of Ceph that has no roles yet says so with an error.
      if (isMissing(error)) return [];
      const refused = fromIamError(error, { action, target: 'the account' });
      if (refused.code !== 'access-denied' && !isUnsupported(error)) throw refused;
      this.#notes.push(
        `names that differ only by case were not looked for: ${action} is ${isUnsupported(error) ? 'not known to the server' : 'not allowed'}`,
      );
      return [];
    });
  }

  async #orMissing<T>(action: string, target: string, read: () => Promise<T>): Promise<T | undefined> {
    return read().catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw fromIamError(error, { action, target });
    });
  }
}

/** What was looked for, or the ARN of what holds its name. */
interface Found<T> {
  found?: T;
  sameName?: string | undefined;
}

type ReadPage<T> = (marker: {
  Marker?: string;
}) => Promise<readonly [T[] | undefined, { IsTruncated?: boolean | undefined; Marker?: string | undefined }]>;

async function pages<T>(read: ReadPage<T>): Promise<T[]> {
  const all: T[] = [];
  let marker: { Marker?: string } = {};
  for (let page = 0; page < mostPages; page++) {
    const [items, { IsTruncated, Marker }] = await read(marker);
    all.push(...(items ?? []));
    if (IsTruncated !== true || Marker === undefined) break;
    marker = { Marker };
  }
  return all;
}

function asIamError(action: string, target: string): (error: unknown) => never {
  return (error) => {
    throw fromIamError(error, { action, target });
  };
}

/** IAM sends documents URL-encoded (RFC 3986); other servers may send them as they are. */
export function documentText(text = ''): string {
  if (!text.startsWith('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
