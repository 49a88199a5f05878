import { authorize } from '../../../src/core/policy/authorize.ts';
import type { AppliedPolicies, Caller, Decision } from '../../../src/core/policy/authorize.ts';
import type { ContextValues } from '../../../src/core/policy/conditions/context.ts';
import type { PolicyDocument } from '../../../src/core/policy/document.ts';
import { parsePolicyDocument } from '../../../src/core/policy/document.ts';
import type {
  AppliedChange,
  LiveAccess,
  LiveRole,
  AccessNames,
  IamAdmin,
  IamChange,
} from '../../../src/ports/aws/iam-admin.ts';
import type { BucketAdmin, BucketLook } from '../../../src/ports/aws/bucket-admin.ts';
import type { Ground, NewRole, Settings, Who } from './ground.ts';
import { accounts, liveBucket, shownEncryption } from './ground.ts';
import { callerOf, denied, parsed, whereAndWhen } from './memory-callers.ts';

interface Role {
  name: string;
  arn: string;
  id: string;
  trust: string;
  attached: string[];
  inline: Map<string, string>;
  boundary: string | undefined;
}

interface Policy {
  versions: { id: string; document: string }[];
  inForce: string;
  made: number;
}

export interface Bucket extends Settings {
  name: string;
  policy: string | undefined;
  objects: Set<string>;
}

/** One account of IAM and S3 in memory: what is asked of it is decided by `authorize`, with the context that a server sees. */
export class MemoryAccount implements Ground {
  readonly #roles = new Map<string, Role>();
  readonly #policies = new Map<string, Policy>();
  readonly #buckets = new Map<string, Bucket>();
  #made = 0;

  async createRole({ name, path, trust }: NewRole): Promise<void> {
    this.#made += 1;
    const id = `AROA${String(this.#made).padStart(17, 'A')}`;
    const arn = `arn:aws:iam::${accounts.customer}:role${path}${name}`;
    const bare = { attached: [], inline: new Map<string, string>(), boundary: undefined };
    this.#roles.set(name, { name, arn, id, trust, ...bare });
  }

  async createPolicy(name: string, document: string): Promise<string> {
    const arn = `arn:aws:iam::${accounts.customer}:policy/${name}`;
    parsePolicyDocument(document);
    this.#policies.set(arn, { versions: [{ id: 'v1', document }], inForce: 'v1', made: 1 });
    return arn;
  }

  async attachPolicy(role: string, arn: string): Promise<void> {
    const { attached } = this.role(role);
    if (!attached.includes(arn)) attached.push(arn);
  }

  async detachPolicy(role: string, arn: string): Promise<void> {
    const found = this.role(role);
    found.attached = found.attached.filter((other) => other !== arn);
  }

  async putRolePolicy(role: string, name: string, document: string): Promise<void> {
    parsePolicyDocument(document);
    this.role(role).inline.set(name, document);
  }

  async deleteRolePolicy(role: string, name: string): Promise<void> {
    this.role(role).inline.delete(name);
  }

  async putBoundary(role: string, arn: string | undefined): Promise<void> {
    this.role(role).boundary = arn;
  }

  async createBucket(name: string, settings: Settings): Promise<void> {
    this.#buckets.set(name, { name, policy: undefined, objects: new Set(), ...settings });
  }

  async changeBucket(name: string, settings: Partial<Settings>): Promise<void> {
    Object.assign(this.bucket(name), settings);
  }

  async putBucketPolicy(name: string, document: string | undefined): Promise<void> {
    if (document !== undefined) parsePolicyDocument(document, { kind: 'resource' });
    this.bucket(name).policy = document;
  }

  environment(who: Who): Record<string, string> {
    return { AWS_ACCESS_KEY_ID: `memory-${who}`, AWS_SECRET_ACCESS_KEY: 'memory' };
  }

  async close(): Promise<void> {}

  role(name: string): Role {
    const role = this.#roles.get(name);
    if (role === undefined) throw new Error(`there is no role ${name}`);
    return role;
  }

  findRole(arn: string): Role | undefined {
    return this.#roles.get(arn.slice(arn.lastIndexOf('/') + 1));
  }

  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new Error(`there is no bucket ${name}`);
    return bucket;
  }

  look(name: string, who: Who, endpointUrl?: string): BucketLook {
    const found = this.#buckets.get(name);
    if (found === undefined) return { bucket: name, existence: 'missing', unseen: [] };
    const { region, publicAccessBlocked, grants = [] } = found;
    const encryption = shownEncryption(found);
    const transport = this.plainHttp(name, endpointUrl);
    if (who !== 'customer')
      return { bucket: name, existence: 'hidden', region, ...transport, unseen: ['the bucket (denied)'] };
    const seen = {
      ...transport,
      ownedByAccount: true,
      publicAccessBlocked,
      versioning: 'off' as const,
      grants,
      ...(encryption === undefined ? {} : { encryption }),
    };
    const unseen = found.shows === 'nothing' ? ['default encryption (AccessDenied)'] : [];
    return { bucket: name, existence: 'there', region, ...seen, unseen };
  }

  plainHttp(name: string, endpointUrl: string | undefined): { plainHttp?: string } {
    const isPlain = this.#buckets.get(name)?.plain === true && endpointUrl?.startsWith('https:') !== true;
    return isPlain ? { plainHttp: 'http://127.0.0.1:9000' } : {};
  }

  /** What a session of the role may do to the bucket. */
  decide(
    role: Role,
    bucket: Bucket,
    asked: { action: string; key?: string; kmsKey?: string; context: ContextValues },
  ): Decision {
    const [, , , , account = ''] = role.arn.split(':');
    const caller: Caller = {
      arn: `arn:aws:sts::${account}:assumed-role/${role.name}/audit-export`,
      account,
      kind: 'assumed-role',
      roleArn: role.arn,
      principalId: role.id,
    };
    const policies: AppliedPolicies = {
      identity: [
        ...role.attached.map((arn) => parsed(this.#text(arn))),
        ...[...role.inline.values()].map(parsed),
      ],
      ...(role.boundary === undefined ? {} : { boundary: parsed(this.#text(role.boundary)) }),
      ...(bucket.policy === undefined || asked.kmsKey !== undefined
        ? {}
        : { resource: parsePolicyDocument(bucket.policy, { kind: 'resource' }), resourceKind: 'bucket' }),
    };
    const now = new Date().toISOString().replace(/\.\d{3}/, '');
    const context = {
      ...whereAndWhen(now),
      'aws:PrincipalArn': role.arn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': `${role.id}:audit-export`,
      'aws:TokenIssueTime': now,
      'aws:MultiFactorAuthPresent': 'false',
      'aws:PrincipalIsAWSService': 'false',
      'aws:ViaAWSService': 'false',
      'aws:ResourceAccount': bucket.owner,
      's3:ResourceAccount': bucket.owner,
      ...asked.context,
    };
    const resource =
      asked.kmsKey ?? `arn:aws:s3:::${bucket.name}${asked.key === undefined ? '' : `/${asked.key}`}`;
    return authorize(
      { caller, action: asked.action, resource, resourceAccount: bucket.owner, context },
      policies,
    );
  }

  /** Whether somebody may assume the role. */
  mayAssume(role: Role, who: Who, externalId: string | undefined): boolean {
    const account = who === 'vendor' ? accounts.vendor : accounts.customer;
    const arn = callerOf(who).arn;
    const everything: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
    const context: ContextValues = {
      ...whereAndWhen(new Date().toISOString()),
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'User',
      'aws:userid': 'AIDAMEMORY',
      'aws:username': arn.slice(arn.lastIndexOf('/') + 1),
      'aws:PrincipalIsAWSService': 'false',
      'aws:ViaAWSService': 'false',
      'sts:RoleSessionName': 'audit-export',
      ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
    };
    return authorize(
      {
        caller: { arn, account, kind: 'user' },
        action: 'sts:AssumeRole',
        resource: role.arn,
        resourceAccount: accounts.customer,
        context,
      },
      {
        identity: [everything],
        resource: parsePolicyDocument(role.trust, { kind: 'trust' }),
        resourceKind: 'role-trust',
      },
    ).allowed;
  }

  readAccess(names: AccessNames): LiveAccess {
    const role = this.#roles.get(names.role.name);
    const arn = `arn:aws:iam::${accounts.customer}:policy/${names.policy.name}`;
    const policy = names.policy.inline ? undefined : this.#policies.get(arn);
    return {
      account: accounts.customer,
      role: role && this.#live(role),
      policy: policy && {
        name: names.policy.name,
        arn,
        id: `ANPA${arn.length}`,
        document: this.#text(arn),
        defaultVersionId: policy.inForce,
        versions: policy.versions.map(({ id }) => ({ id, isDefault: id === policy.inForce })),
        attachments: [...this.#roles.values()].filter(({ attached }) => attached.includes(arn)).length,
      },
      sameName: {},
      notes: [],
    };
  }

  iamAdmin(who: Who, endpointUrl?: string): IamAdmin {
    return {
      caller: async () => callerOf(who),
      readAccess: async (names) => {
        if (who !== 'customer') throw denied('iam:GetRole');
        return this.readAccess(names);
      },
      readBucket: async (name) => {
        const transport = this.plainHttp(name, endpointUrl);
        return { bucket: { ...liveBucket(this.#buckets.get(name)), ...transport } };
      },
      apply: async (change) => this.#apply(change),
      close: async () => {},
    };
  }

  bucketAdmin(who: Who, endpointUrl?: string): BucketAdmin {
    return {
      look: async (name) => this.look(name, who, endpointUrl),
      create: async ({ bucket, region }) => {
        await this.createBucket(bucket, { owner: accounts.customer, region, publicAccessBlocked: true });
      },
    };
  }

  #live({ name, arn, id, trust, attached, inline, boundary }: Role): LiveRole {
    return {
      name,
      arn,
      id,
      trustPolicy: trust,
      boundary: boundary === undefined ? undefined : { arn: boundary, document: this.#text(boundary) },
      attached: attached.map((arn) => ({
        name: arn.slice(arn.lastIndexOf('/') + 1),
        arn,
        document: this.#text(arn),
      })),
      inline: [...inline].map(([name, document]) => ({ name, document })),
    };
  }

  #text(arn: string): string {
    const { versions = [], inForce } = this.#policies.get(arn) ?? {};
    return versions.find(({ id }) => id === inForce)?.document ?? '';
  }

  async #apply(change: IamChange): Promise<AppliedChange> {
    switch (change.kind) {
      case 'create-role':
        await this.createRole({ name: change.name, path: '/', trust: JSON.stringify(change.trustPolicy) });
        return { arn: this.role(change.name).arn, id: this.role(change.name).id };
      case 'update-trust':
        parsePolicyDocument(JSON.stringify(change.after), { kind: 'trust' });
        this.role(change.role).trust = JSON.stringify(change.after);
        return {};
      case 'create-policy':
        return { arn: await this.createPolicy(change.name, JSON.stringify(change.document)), id: 'ANPA1' };
      case 'create-policy-version':
        return this.#newVersion(change.arn, JSON.stringify(change.after));
      case 'attach-policy':
        await this.attachPolicy(change.role, change.arn);
        return {};
      case 'detach-policy':
        await this.detachPolicy(change.role, change.arn);
        return {};
      case 'put-inline-policy':
        await this.putRolePolicy(change.role, change.name, JSON.stringify(change.after));
        return {};
      case 'delete-inline-policy':
        await this.deleteRolePolicy(change.role, change.name);
        return {};
      default:
        throw new Error(`no set-up comes to ${change.kind}`);
    }
  }

  #newVersion(arn: string, document: string): AppliedChange {
    parsePolicyDocument(document);
    const policy = this.#policies.get(arn);
    if (policy === undefined) throw new Error(`there is no policy ${arn}`);
    policy.made += 1;
    const id = `v${policy.made}`;
    policy.versions.push({ id, document });
    policy.inForce = id;
    return { versionId: id };
  }
}
