import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAwsProfile } from '../../../../src/adapters/aws/credentials/aws-profile.ts';
import { clientConfig } from '../../../../src/adapters/aws/client-config.ts';
import { credentialChain } from '../../../../src/adapters/aws/credentials/credential-chain.ts';
import { RoutedHandler } from '../../../../src/adapters/aws/request-handler.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIAFROMHERE', AWS_SECRET_ACCESS_KEY: 'secret-of-here' };

/** An environment with AWS's own files, and nothing of the machine's. */
function withFiles(more: Readonly<Record<string, string>>): Record<string, string> {
  const home = scratchFolder();
  const credentials = join(home, 'credentials');
  const config = join(home, 'config');
  writeFileSync(credentials, '[chosen]\naws_access_key_id = AKIACHOSEN\naws_secret_access_key = secret\n');
  writeFileSync(config, '[profile chosen]\nregion = eu-west-3\n');
  return { HOME: home, AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials, ...more };
}

async function found(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const profile = await readAwsProfile(environment);
  return credentialChain(() => new RoutedHandler(undefined), profile, environment)({})();
}

test('keys of the environment that was given count, with the token of a session and when it ends', async () => {
  expect(await found(withFiles(keys))).toEqual({
    accessKeyId: 'AKIAFROMHERE',
    secretAccessKey: 'secret-of-here',
  });
  const session = { AWS_SESSION_TOKEN: 'token', AWS_CREDENTIAL_EXPIRATION: '2026-11-30T21:00:00Z' };
  expect(await found(withFiles({ ...keys, ...session }))).toMatchObject({
    sessionToken: 'token',
    expiration: new Date('2026-11-30T21:00:00Z'),
  });
});

test('a profile that is named goes before them, and comes from the files that the environment names', async () => {
  expect(await found(withFiles({ ...keys, AWS_PROFILE: 'chosen' }))).toMatchObject({
    accessKeyId: 'AKIACHOSEN',
  });
});

test('region and tries are those of the environment that was given, or of its profile', async () => {
  const named = withFiles({ AWS_PROFILE: 'chosen' });
  expect(await clientConfig('STS', { attempts: 3 }, named)).toMatchObject({
    region: 'eu-west-3',
    maxAttempts: 3,
  });
  const said = { ...named, AWS_REGION: 'us-east-2', AWS_MAX_ATTEMPTS: '7' };
  expect(await clientConfig('STS', { attempts: 3 }, said)).toMatchObject({
    region: 'us-east-2',
    maxAttempts: 7,
  });
});
