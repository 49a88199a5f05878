import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { openS3Store } from '../../../../src/adapters/aws/s3/s3-store.ts';
import { serveOdd } from '../../../fakes/odd-servers.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

const session =
  '[sso-session work]\nsso_start_url = https://d-1.awsapps.com/start\nsso_region = eu-central-1\n';
const person = 'sso_session = work\nsso_account_id = 111122223333\nsso_role_name = Audit\n';
const arn = 'arn:aws:iam::111122223333:role/M';
const base = '[profile base]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n';

beforeEach(() => {
  for (const name of [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_ROLE_ARN',
  ])
    vi.stubEnv(name, undefined);
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS'])
    vi.stubEnv(name, '');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  return () => vi.unstubAllEnvs();
});

/** A home with ~/.aws/config, and with the token of the SSO session that ends at this time. */
function useHome(config: string, tokenEnds?: string): void {
  const home = scratchFolder();
  const cache = join(home, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(home, '.aws', 'config'), config);
  if (tokenEnds !== undefined) {
    const token = {
      startUrl: 'https://d-1.awsapps.com/start',
      region: 'eu-central-1',
      accessToken: 't',
      expiresAt: tokenEnds,
    };
    writeFileSync(
      join(cache, `${createHash('sha1').update('work').digest('hex')}.json`),
      JSON.stringify(token),
    );
  }
  vi.stubEnv('HOME', home);
  vi.stubEnv('AWS_CONFIG_FILE', join(home, '.aws', 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, '.aws', 'credentials'));
}

async function reasonFor(
  profile: string | undefined,
): Promise<{ message: string; cure?: string; code: string; exitCode: number }> {
  vi.stubEnv('AWS_PROFILE', profile);
  const aws = {
    region: 'eu-central-1',
    endpointUrl: 'http://127.0.0.1:1',
    pathStyle: undefined,
    role: undefined,
  };
  const write = {
    bucket: 'bkt',
    prefix: '',
    bucketOwner: undefined,
    storageClass: undefined,
    kmsKeyId: undefined,
    sse: undefined,
    acl: undefined,
    tags: undefined,
  };
  const error = await rejectionOf(openS3Store(aws, write, process.env));
  return error as unknown as Awaited<ReturnType<typeof reasonFor>>;
}

test.each<[name: string, config: string, tokenEnds: string | undefined, why: RegExp, cure: RegExp]>([
  [
    'an MFA code',
    `[profile p]\nrole_arn = ${arn}\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n${base}`,
    undefined,
    /AWS profile p needs an MFA code/,
    /aws configure export-credentials --profile p/,
  ],
  [
    'an SSO session that has ended',
    `[profile p]\n${person}${session}`,
    '2020-01-01T00:00:00Z',
    /SSO session of the AWS profile p has expired/,
    /^aws sso login --profile p$/,
  ],
  [
    'an SSO session that was never begun',
    `[profile p]\n${person}${session}`,
    undefined,
    /SSO session of the AWS profile p has expired, or was never begun/,
    /^aws sso login --profile p$/,
  ],
  [
    'an SSO session of the older form',
    '[profile p]\nsso_start_url = https://d-1.awsapps.com/start\nsso_region = eu-central-1\nsso_account_id = 111122223333\nsso_role_name = A\n',
    undefined,
    /SSO session of the AWS profile p/,
    /^aws sso login --profile p$/,
  ],
  [
    'an SSO profile that lacks a setting',
    '[profile p]\nsso_start_url = https://d-1.awsapps.com/start\nsso_region = eu-central-1\n',
    undefined,
    /lacks a setting.*sso_account_id/,
    /aws configure sso --profile p/,
  ],
  [
    'an SSO session that is not in the file',
    `[profile p]\nsso_session = gone\nsso_account_id = 1\nsso_role_name = A\nsso_start_url = https://d\nsso_region = eu-central-1\n${session}`,
    undefined,
    /no section \[sso-session gone\]/,
    /aws configure sso --profile p/,
  ],
  [
    'a process that fails',
    '[profile p]\ncredential_process = /bin/sh -c "echo vault is sealed >&2; exit 3" --token hush\n',
    undefined,
    /credential_process of the AWS profile p failed: vault is sealed/,
    /credential_process/,
  ],
  [
    'a process that fails without a word',
    '[profile p]\ncredential_process = /bin/false --token hush\n',
    undefined,
    /failed and said nothing/,
    /credential_process/,
  ],
  [
    'a process that is not there',
    '[profile p]\ncredential_process = /nowhere/vault --token hush\n',
    undefined,
    /credential_process of the AWS profile p failed: .*not found/,
    /credential_process/,
  ],
  [
    'a process that prints no JSON',
    '[profile p]\ncredential_process = /bin/echo hush\n',
    undefined,
    /credential_process of the AWS profile p returned invalid JSON/,
    /credential_process/,
  ],
  [
    'a process of another version',
    "[profile p]\ncredential_process = /bin/echo '{}'\n",
    undefined,
    /did not return Version 1/,
    /credential_process/,
  ],
  [
    'a profile that nobody has',
    base,
    undefined,
    /there is no AWS profile p in/,
    /AWS_PROFILE; there are: base/,
  ],
  [
    'a profile without anything',
    '[profile p]\nregion = eu-central-1\n',
    undefined,
    /AWS profile p holds no credentials/,
    /aws configure --profile p/,
  ],
  [
    'a source profile that nobody has',
    `[profile p]\nrole_arn = ${arn}\nsource_profile = gone\n`,
    undefined,
    /no AWS profile gone, the source_profile of p/,
    /source_profile of p/,
  ],
  [
    'a circle',
    `[profile p]\nrole_arn = ${arn}\nsource_profile = q\n[profile q]\nrole_arn = ${arn}\nsource_profile = p\n`,
    undefined,
    /leads back to itself/,
    /source_profile/,
  ],
  [
    'a source that there is not',
    `[profile p]\nrole_arn = ${arn}\ncredential_source = Ec2\n`,
    undefined,
    /unknown credential_source Ec2/,
    /Environment/,
  ],
  [
    'a log-in that was never made',
    '[profile p]\nlogin_session = arn:aws:iam::1:user/me\nregion = eu-central-1\n',
    undefined,
    /log-in of the AWS profile p/,
    /aws login --profile p/,
  ],
])('%s is told, with its cure', async (...[, config, tokenEnds, why, cure]) => {
  useHome(config, tokenEnds);
  const error = await reasonFor('p');
  expect(error.exitCode).toBe(4);
  expect(error.message).toMatch(why);
  expect(error.cure).toMatch(cure);
  expect(error.message).not.toContain('hush');
});

test('the profile "default" that nobody named is not missed', async () => {
  useHome('');
  expect(await reasonFor(undefined)).toMatchObject({
    code: 'no-credentials',
    message: expect.stringContaining('no credentials were found'),
  });
});

test('a process of the default profile that fails is told as well', async () => {
  useHome('[default]\ncredential_process = /bin/sh -c "echo sealed >&2; exit 1"\n');
  expect((await reasonFor(undefined)).message).toContain('failed: sealed');
});

test('a token of a web identity that is not there is told by its path', async () => {
  useHome('');
  vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', '/nowhere/token');
  vi.stubEnv('AWS_ROLE_ARN', arn);
  const error = await reasonFor(undefined);
  expect(error).toMatchObject({ code: 'no-credentials', exitCode: 4 });
  expect(error.message).toContain('/nowhere/token');
});

test.each([
  ['AccessDenied', 403, 'access-denied'],
  ['InvalidIdentityToken', 400, 'invalid-credentials'],
  ['ExpiredTokenException', 400, 'expired-credentials'],
  ['IDPRejectedClaim', 403, 'invalid-credentials'],
])(
  'STS refuses the web identity with %s: it is STS that is told of, and the role',
  async (code, status, ours) => {
    useHome('');
    const token = join(scratchFolder(), 'token');
    writeFileSync(token, 'jwt');
    const { url } = await serveOdd(() => ({
      status,
      body: `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error><RequestId>R</RequestId></ErrorResponse>`,
    }));
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', token);
    vi.stubEnv('AWS_ROLE_ARN', arn);
    vi.stubEnv('AWS_ENDPOINT_URL_STS', url);
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    const error = await reasonFor(undefined);
    expect(error).toMatchObject({
      code: ours,
      message: expect.stringContaining(`sts:AssumeRole on ${arn} failed`),
    });
  },
  20_000,
);

test('STS refuses the role of an AWS profile', async () => {
  useHome(`[profile p]\nrole_arn = ${arn}\nsource_profile = base\n${base}`);
  const { url } = await serveOdd(() => ({
    status: 403,
    body: `<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/x is not authorized to perform: sts:AssumeRole on resource: ${arn}</Message></Error><RequestId>R</RequestId></ErrorResponse>`,
  }));
  vi.stubEnv('AWS_ENDPOINT_URL_STS', url);
  const error = await reasonFor('p');
  expect(error.message).toContain(
    `sts:AssumeRole on ${arn} failed: arn:aws:iam::1:user/x may not do sts:AssumeRole`,
  );
  expect(error).toMatchObject({ code: 'access-denied', cure: expect.stringContaining('trust policy') });
});

test.each<[string, number | 'nobody', RegExp]>([
  [
    'refuses',
    403,
    /container's server of credentials, which AWS_CONTAINER_CREDENTIALS_FULL_URI names, gave none/,
  ],
  ['is not there', 'nobody', /container's server of credentials can't be reached: connect ECONNREFUSED/],
])(
  'a server of credentials of a container that %s is told as that',
  async (_what, status, why) => {
    useHome('');
    const server = await serveOdd(() => ({ status: Number(status), body: '{}' }));
    const uri = status === 'nobody' ? 'http://127.0.0.1:1/v1/credentials' : `${server.url}/v1/credentials`;
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', uri);
    const error = await reasonFor(undefined);
    expect(error).toMatchObject({ exitCode: 4, message: expect.stringMatching(why) });
    expect(error.cure).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI');
  },
  20_000,
);
