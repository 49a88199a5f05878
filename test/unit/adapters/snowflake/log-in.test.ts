import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openSnowflakeSession } from '../../../../src/adapters/snowflake/open-session.ts';
import { tokenFile } from '../../../../src/adapters/snowflake/tokens.ts';
import type { SnowflakeSession } from '../../../../src/ports/snowflake.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import type { SimulatedUser } from '../../../snowflake/account.ts';
import type { SimulatedWorld } from '../../../snowflake/simulated-world.ts';
import { makeKeys, quickPace, startWorld } from '../../../snowflake/simulated-world.ts';

const passphrase = 'correct horse';
let plain: ReturnType<typeof makeKeys>;
let encrypted: ReturnType<typeof makeKeys>;
let world: SimulatedWorld;
let user: SimulatedUser;
const sessions: SnowflakeSession[] = [];

beforeAll(() => {
  plain = makeKeys();
  encrypted = makeKeys(passphrase);
});

beforeEach(async () => {
  world = await startWorld();
  [user] = world.account.users as [SimulatedUser];
  user.publicKeys = [plain.publicKey, encrypted.publicKey];
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  await world.close();
});

const whoAmI = { text: 'SELECT CURRENT_USER() AS U' };

async function open(
  environment: NodeJS.ProcessEnv,
  {
    pace = quickPace(),
    ...settings
  }: {
    pace?: ReturnType<typeof quickPace>;
    user?: string;
    account?: string;
    onDanger?: (message: string, cure: string) => void;
  } = {},
): Promise<SnowflakeSession> {
  const session = await openSnowflakeSession({ ...world.settings, ...settings }, environment, pace);
  sessions.push(session);
  return session;
}

function keyFile(pem: string): NodeJS.ProcessEnv {
  const path = join(scratchFolder(), 'rsa_key.p8');
  writeFileSync(path, pem, { mode: 0o600 });
  return { SNOWFLAKE_PRIVATE_KEY_PATH: path };
}

test.each(['AUDIT_EXPORT_SERVICE', 'audit_export_service'])(
  'user %s logs in with a key pair',
  async (name) => {
    const session = await open(keyFile(plain.pem), { user: name });
    await session.query(whoAmI);
    expect(world.server.statements()).toHaveLength(1);
  },
);

test('a user whose name stands in quotes is that very one', async () => {
  user.name = 'Jane.Doe';
  const session = await open(keyFile(plain.pem), { user: '"Jane.Doe"' });
  await session.query(whoAmI);
  expect((await rejectionOf((await open(keyFile(plain.pem), { user: 'Jane.Doe' })).query(whoAmI))).code).toBe(
    'snowflake-denied',
  );
});

test.each([
  ['as it is', (pem: string) => pem],
  ['with \\n for its line ends', (pem: string) => pem.replaceAll('\n', String.raw`\n`)],
  ['in base64 once more', (pem: string) => Buffer.from(pem).toString('base64')],
])('a key in SNOWFLAKE_PRIVATE_KEY, %s, is used', async (_, written) => {
  const environment = {
    SNOWFLAKE_PRIVATE_KEY: written(encrypted.pem),
    SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: passphrase,
  };
  await (await open(environment)).query(whoAmI);
  const error = await rejectionOf(open({ SNOWFLAKE_PRIVATE_KEY: 'bm8ga2V5' }));
  expect(error.message).toBe('The private key of SNOWFLAKE_PRIVATE_KEY is no private key in PEM.');
});

test.each([
  [0o644, 1],
  [0o640, 0],
  [0o400, 0],
])('a key file of mode %o is warned of %i times', async (mode, times) => {
  const told: string[] = [];
  const environment = keyFile(plain.pem);
  const { SNOWFLAKE_PRIVATE_KEY_PATH: path = '' } = environment;
  chmodSync(path, mode);
  await open(environment, { onDanger: (message, cure) => told.push(`${message} ${cure}`) });
  expect(told).toHaveLength(times);
  for (const words of told) expect(words).toContain(`chmod o-r ${path}`);
});

test.each(['acme-prod', 'ACME-PROD', 'acme-prod.privatelink'])(
  'account %s is the one of the token',
  async (account) => {
    const session = await open(keyFile(plain.pem), { account });
    await session.query(whoAmI);
    expect(world.server.statements()).toHaveLength(1);
  },
);

test('an encrypted key opens with its passphrase', async () => {
  const session = await open({
    ...keyFile(encrypted.pem),
    SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: passphrase,
  });
  await session.query(whoAmI);
  expect(world.server.statements()).toHaveLength(1);
});

const badKeys = [
  {
    how: 'without a passphrase',
    pem: () => encrypted.pem,
    more: {},
    message: /encrypted/,
    cure: /PASSPHRASE/,
  },
  {
    how: 'with another passphrase',
    pem: () => encrypted.pem,
    more: { SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: 'wrong' },
    message: /does not open/,
    cure: /PASSPHRASE/,
  },
  { how: 'that is no key', pem: () => 'hello', more: {}, message: /no private key/, cure: /openssl/ },
  { how: 'of another kind', pem: ellipticKey, more: {}, message: /not RSA/, cure: /openssl/ },
  {
    how: 'that is too short',
    pem: () => makeKeys(undefined, 1024).pem,
    more: {},
    message: /1024/,
    cure: /openssl/,
  },
];

function ellipticKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

test.each(badKeys)('a key $how is told before anything is sent', async ({ pem, more, message, cure }) => {
  const error = await rejectionOf(open({ ...keyFile(pem()), ...more }));
  expect(error.code).toBe('config-invalid');
  expect(error.message).toMatch(message);
  expect(error.cure).toMatch(cure);
  expect(error.message).not.toContain('wrong');
  expect(world.server.requests).toEqual([]);
});

test('a key that the user does not have is refused, and the cure names key and clock', async () => {
  user.publicKeys = [];
  const session = await open(keyFile(plain.pem));
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.code).toBe('snowflake-denied');
  expect(error.cure).toContain('RSA_PUBLIC_KEY');
  expect(error.cure).toContain("SYSTEM$GET_LOGIN_FAILURE_DETAILS('0ce9eb56-");
});

test.each([
  [600_000, 'behind'],
  [-4_000_000, 'ahead of'],
])('a clock that is wrong is told where it stands in the way: %i ms', async (ms, how) => {
  world.server.tuning.tokenNow = () => Date.now() + ms;
  const session = await open(keyFile(plain.pem));
  if (ms > 0) user.publicKeys = [];
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.code).toBe('snowflake-denied');
  expect(error.cure).toMatch(
    new RegExp(`^Set the clock of this machine: it is \\d+ seconds ${how} Snowflake's`),
  );
});

test('a token is renewed before it ends, and used until then', async () => {
  const pace = quickPace();
  world.server.tuning.tokenNow = pace.now;
  const session = await open(keyFile(plain.pem), { pace });
  world.server.tuning.looks = () => 1200;
  await session.query(whoAmI);
  const hours = pace.pauses.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(1);
  expect(world.server.requests.every(({ status }) => status !== 401)).toBe(true);
});

test('a token that Snowflake calls expired is replaced in the middle of a result', async () => {
  const session = await open(keyFile(plain.pem));
  world.server.tuning.rowsPerPartition = 50;
  world.server.faults.plan(
    'partition',
    { kind: 'status', status: 401, code: '390198', message: 'Keypair access token expired. ...VUrmjSFgTw' },
    { times: 2, after: 1 },
  );
  const { batches, rowCount } = await session.query({
    text: 'SELECT q.QUERY_ID AS QUERY_ID FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY AS q',
  });
  let came = 0;
  for await (const batch of batches) came += batch.length;
  expect(came).toBe(rowCount);
  expect(came).toBeGreaterThan(500);
});

test('a token that is refused again and again is not tried for ever, and no part of it is told', async () => {
  const session = await open(keyFile(plain.pem));
  world.server.faults.plan(
    'submit',
    { kind: 'status', status: 401, code: '390198', message: 'Keypair access token expired. ...VUrmjSFgTw' },
    { times: 100 },
  );
  const error = await rejectionOf(session.query(whoAmI));
  expect(error.code).toBe('snowflake-denied');
  expect(`${error.message} ${error.cure}`).not.toContain('VUrmjSFgTw');
  expect(world.server.requests).toHaveLength(3);
});

test.each(['PROGRAMMATIC_ACCESS_TOKEN', 'OAUTH'] as const)(
  'a token of the kind %s logs in, said or not',
  async (kind) => {
    user.tokens = { 'the-token': { kind } };
    await (await open({ SNOWFLAKE_TOKEN: 'the-token' })).query(whoAmI);
    await (await open({ SNOWFLAKE_TOKEN: 'the-token', SNOWFLAKE_AUTHENTICATOR: kind })).query(whoAmI);
    expect(world.server.statements()).toHaveLength(2);
  },
);

test('an expired token that nobody renews ends with what to do', async () => {
  user.tokens = { old: { kind: 'OAUTH', expiresMs: 1 } };
  const error = await rejectionOf((await open({ SNOWFLAKE_TOKEN: 'old' })).query(whoAmI));
  expect(error.code).toBe('snowflake-denied');
  expect(error.message).toContain('expired');
  expect(error.cure).toContain('SNOWFLAKE_TOKEN_FILE_PATH');
  expect(world.server.requests).toHaveLength(1);
});

test('a token in a file is read again when the file changes', async () => {
  user.tokens = { first: { kind: 'OAUTH' }, second: { kind: 'OAUTH' } };
  const path = join(scratchFolder(), 'token');
  writeFileSync(path, 'first\n');
  const session = await open({ SNOWFLAKE_TOKEN_FILE_PATH: path });
  await session.query(whoAmI);
  user.tokens = { second: { kind: 'OAUTH' } };
  writeFileSync(path, 'second\n');
  utimesSync(path, 2_000_000_000, 2_000_000_000);
  await session.query(whoAmI);
  expect(world.server.requests.every(({ status }) => status < 300)).toBe(true);
});

test('a token in a file that was refused is tried again only if there is another one by now', async () => {
  const path = join(scratchFolder(), 'token');
  writeFileSync(path, 'second');
  const tokens = tokenFile(path, 'OAUTH');
  expect(await tokens.token()).toBe('second');
  expect(await tokens.renew('second')).toBe(false);
  writeFileSync(path, 'third');
  expect(await tokens.renew('second')).toBe(true);
  expect(await tokens.token()).toBe('third');
});

test.each([
  ['is empty', ''],
  ['is not there', undefined],
  ['holds more than a token', '{"access_token": "x"}'],
])('a token file that %s is told with its variable', async (_, content) => {
  const path = join(scratchFolder(), 'token');
  if (content !== undefined) writeFileSync(path, content);
  const error = await rejectionOf((await open({ SNOWFLAKE_TOKEN_FILE_PATH: path })).query(whoAmI));
  expect(error.code).toBe('config-invalid');
  expect(error.cure).toContain('SNOWFLAKE_TOKEN_FILE_PATH');
});

test.each([
  ['nothing', {}, 'no-snowflake-credentials', /SNOWFLAKE_PRIVATE_KEY_PATH/],
  ['two ways', { SNOWFLAKE_TOKEN: 'a', SNOWFLAKE_TOKEN_FILE_PATH: '/b' }, 'config-invalid', /Unset/],
  [
    'a key that is not there',
    { SNOWFLAKE_PRIVATE_KEY_PATH: '/no/such' },
    'config-invalid',
    /SNOWFLAKE_PRIVATE_KEY_PATH/,
  ],
  ['a token in two lines', { SNOWFLAKE_TOKEN: 'a\nb' }, 'config-invalid', /one line/],
  ['an unknown kind', { SNOWFLAKE_TOKEN: 'a', SNOWFLAKE_AUTHENTICATOR: 'okta' }, 'config-invalid', /OAUTH/],
] as const)('an environment with %s is told with its cure', async (_, environment, code, cure) => {
  const error = await rejectionOf(open(environment));
  expect(error.code).toBe(code);
  expect(error.cure).toMatch(cure);
});

test('a key needs a user', async () => {
  const { user: _, ...settings } = world.settings;
  const error = await rejectionOf(openSnowflakeSession(settings, keyFile(plain.pem)));
  expect(error.code).toBe('usage');
  expect(error.cure).toContain('--user');
});
