import type { IAMClient } from '@aws-sdk/client-iam';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import type { STSClient } from '@aws-sdk/client-sts';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { IdentityProber, Tried } from '../../../ports/aws/access-prober.ts';
import type { IamCaller } from '../../../ports/aws/iam-admin.ts';
import { sessionName } from '../../../core/setup/delivery/delivery.ts';
import { tried, triedIam } from './access-answers.ts';
import { documentText, readLiveAccess } from '../iam/iam-reader.ts';

/** The shortest session there is; it is thrown away. */
const sessionSeconds = 900;

/** Where the SDK's chain found the credentials, by the mark that it leaves on them. */
const sources: readonly (readonly [mark: string, words: string])[] = [
  ['CREDENTIALS_ENV_VARS', 'the environment'],
  ['CREDENTIALS_SSO', 'a single sign-on'],
  ['CREDENTIALS_PROFILE_SSO', 'a single sign-on'],
  ['CREDENTIALS_LOGIN', 'a log-in'],
  ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'a web identity'],
  ['CREDENTIALS_STS_ASSUME_ROLE', 'a role of the AWS profile'],
  ['CREDENTIALS_PROFILE_PROCESS', 'a credential process'],
  ['CREDENTIALS_PROCESS', 'a credential process'],
  ['CREDENTIALS_HTTP', 'the container'],
  ['CREDENTIALS_IMDS', 'the instance'],
  ['CREDENTIALS_PROFILE', 'an AWS profile'],
];

interface Marked {
  accessKeyId: string;
  sessionToken?: string;
  expiration?: Date;
  $source?: Readonly<Record<string, unknown>>;
}

/** Probes who one is, with the credentials of the SDK's default chain. */
export function identityProber(
  { sts, iam }: { sts: STSClient; iam: IAMClient },
  role: { arn: string } | undefined,
): IdentityProber {
  const roleArn = role?.arn ?? '';
  let account: string | undefined;
  return {
    credentials: () =>
      tried({ action: 'credentials', target: 'this machine' }, async () => {
        const found = (await sts.config.credentials()) as Marked;
        return { kind: kindOf(found), expiresMs: found.expiration?.getTime() };
      }),
    identify: async () => {
      const identity = await identify(sts);
      if (identity.tried.ok) account = identity.tried.caller?.account;
      return identity;
    },
    findRole: () =>
      triedIam({ action: 'iam:GetRole', target: roleArn }, async () => {
        const RoleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
        const { Role, $metadata } = await iam.send(new GetRoleCommand({ RoleName }));
        const trustPolicy = documentText(Role?.AssumeRolePolicyDocument);
        const { Arn: arn = roleArn, RoleId: id, CreateDate: created } = Role ?? {};
        const found = { arn, id, trustPolicy, createdMs: created?.getTime() };
        return { role: found, $metadata };
      }),
    readPolicies: (names) =>
      triedIam({ action: 'iam:GetRole', target: roleArn }, async () => ({
        live: await readLiveAccess(iam, names, account),
      })),
    assumeRole: (externalId) =>
      tried({ action: 'sts:AssumeRole', target: roleArn }, async () => {
        const { $metadata } = await sts.send(
          new AssumeRoleCommand({
            RoleArn: roleArn,
            RoleSessionName: sessionName,
            DurationSeconds: sessionSeconds,
            ...(externalId === undefined ? {} : { ExternalId: externalId }),
          }),
        );
        return { $metadata };
      }),
  };
}

function kindOf({ $source = {}, sessionToken }: Marked): string {
  const words = sources.find(([mark]) => mark in $source)?.[1] ?? 'the default chain of the SDK';
  return sessionToken === undefined ? words : `${words} (a session)`;
}

/** Asks who one is, and compares the Date of the answer, be it a refusal, with the clock half-way between asking and hearing. */
async function identify(
  sts: STSClient,
): Promise<{ skewMs: number | undefined; tried: Tried<{ caller: IamCaller | undefined }> }> {
  let skewMs: number | undefined;
  sts.middlewareStack.add(
    (next) => async (args) => {
      const askedMs = Date.now();
      const result = await next(args);
      const { headers = {} } = result.response as { headers?: Record<string, string | undefined> };
      const serverMs = Date.parse(headers['date'] ?? '');
      // The first answer counts: later ones may already be to a clock that the SDK has corrected.
      if (!Number.isNaN(serverMs)) skewMs ??= serverMs - (askedMs + Date.now()) / 2;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'readServerDate', override: true },
  );
  const answer = await triedIam(
    { action: 'sts:GetCallerIdentity', target: 'the credentials in use' },
    async () => {
      const {
        Account: account = '',
        Arn: arn = '',
        $metadata,
      } = await sts.send(new GetCallerIdentityCommand());
      return { caller: account === '' ? undefined : { account, arn }, $metadata };
    },
  );
  return { skewMs, tried: answer };
}
