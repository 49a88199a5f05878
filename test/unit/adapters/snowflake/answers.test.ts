import { generateKeyPairSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readKeyPair } from '../../../../src/adapters/snowflake/key-pair.ts';
import { openSnowflakeSession } from '../../../../src/adapters/snowflake/open-session.ts';
import type { SnowflakeRow } from '../../../../src/ports/snowflake.ts';
import type { OddAnswer } from '../../../fakes/odd-servers.ts';
import { refusingProxy, serveOdd } from '../../../fakes/odd-servers.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { quickPace } from '../../../snowflake/simulated-world.ts';

const json = (body: unknown, status = 200): OddAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const id = { statementHandle: '01a-1' };
const meta = (more: object): object => ({
  resultSetMetaData: { rowType: [{ name: 'A', type: 'FIXED' }], ...more },
});

async function query(answer: OddAnswer): Promise<unknown> {
  const { url } = await serveOdd(() => answer);
  const settings = { account: 'acme-prod', accountUrl: url, version: '1', retryForMs: 1 };
  const session = await openSnowflakeSession(settings, { SNOWFLAKE_TOKEN: 't' }, quickPace());
  try {
    return await session.query({ text: 'SELECT 1 AS A' });
  } finally {
    await session.close();
  }
}

describe('an answer that is not of the SQL API is never taken for a result', () => {
  test.each<[string, OddAnswer, RegExp]>([
    [
      'a page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' },
      /no JSON/,
    ],
    ['nothing', { status: 200 }, /no JSON/],
    ['null', json(null), /no JSON object/],
    ['a text', json('ok'), /no JSON object/],
    ['an empty object', json({}), /without an id/],
    ['an id alone', json(id), /without columns or rows/],
    ['columns without rows', json({ ...id, ...meta({ numRows: 0 }) }), /without columns or rows/],
    [
      'rows that are no lists',
      json({ ...id, ...meta({ numRows: 1 }), data: [{ A: '1' }] }),
      /columns or rows/,
    ],
    ['rows that are one text', json({ ...id, ...meta({ numRows: 1 }), data: 'A' }), /columns or rows/],
    [
      'columns without a type',
      json({ ...id, resultSetMetaData: { rowType: [{ name: 'A' }] }, data: [] }),
      /columns or rows/,
    ],
    ['fewer rows than it says', json({ ...id, ...meta({ numRows: 7 }), data: [] }), /7 rows that holds 0/],
    [
      'fewer rows in its parts than it says',
      json({
        ...id,
        ...meta({ numRows: 7, partitionInfo: [{ rowCount: 1, uncompressedSize: 9 }] }),
        data: [['1']],
      }),
      /7 rows that holds 1/,
    ],
    ['201', json(id, 201), /HTTP 201/],
    ['204', { status: 204 }, /HTTP 204/],
    ['302 to a log-in page', { status: 302, headers: { location: 'http://portal.example/' } }, /HTTP 302/],
    [
      '403 with a page',
      { status: 403, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
      /HTTP 403/,
    ],
  ])('%s', async (_name, answer, why) => {
    const error = await rejectionOf(query(answer));
    expect(error).toMatchObject({ code: expect.stringMatching(/^snowflake-/) });
    expect(error.message).toMatch(why);
  });
});

test.each([403, 404, 503])(
  'a proxy that answers CONNECT with %i is the one who refused, not Snowflake',
  async (status) => {
    const proxy = await refusingProxy(status);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '');
    const settings = { account: 'acme-prod', version: '1', retryForMs: 1 };
    const session = await openSnowflakeSession(settings, { SNOWFLAKE_TOKEN: 't' }, quickPace());
    const error = await rejectionOf(session.query({ text: 'SELECT 1 AS A' }));
    await session.close();
    vi.unstubAllEnvs();
    expect(error).toMatchObject({
      code: 'snowflake-unreachable',
      message: expect.stringMatching(`the proxy .*HTTP ${status}`),
    });
  },
);

describe('what a server may do otherwise than Snowflake does it today is understood', () => {
  const whole = {
    ...id,
    ...meta({ numRows: 3, partitionInfo: [1, 2].map((rowCount) => ({ rowCount, uncompressedSize: 9 })) }),
    data: [[1.5]],
  };
  const rest = gzipSync('{"data":[["2"],[[{"objectName":"A.B.C"}]]]}');

  test('a partition whose compression is not said, and cells that are no text', async () => {
    const { rows, pace } = await readFrom((_, index) =>
      index === 0 ? json(whole) : { status: 200, body: rest },
    );
    expect(rows).toEqual([['1.5'], ['2'], ['[{"objectName":"A.B.C"}]']]);
    expect(pace.pauses).toEqual([]);
  });

  test('too many requests, with the time after which to ask again: seconds or a date', async () => {
    const busy = (retryAfter: string): OddAnswer => ({ status: 429, headers: { 'retry-after': retryAfter } });
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const { rows, pace } = await readFrom((_, index) => {
      if (index === 0) return busy('7');
      if (index === 1) return json(whole);
      return index === 2 ? busy(inAMinute) : { status: 200, body: rest };
    });
    expect(rows).toHaveLength(3);
    expect(pace.pauses[0]).toBe(7000);
    expect(pace.pauses[1]).toBeGreaterThan(40_000);
  });

  test('408 for a partition is a server in trouble, and asked again', async () => {
    const { rows } = await readFrom((_, index) => {
      if (index === 0) return json(whole);
      return index === 1 ? { status: 408, body: '<html>' } : { status: 200, body: rest };
    });
    expect(rows).toHaveLength(3);
  });

  async function readFrom(
    answer: Parameters<typeof serveOdd>[0],
  ): Promise<{ rows: SnowflakeRow[]; pace: ReturnType<typeof quickPace> }> {
    const { url } = await serveOdd(answer);
    const pace = quickPace();
    const settings = { account: 'acme-prod', accountUrl: url, version: '1', retryForMs: 120_000 };
    const session = await openSnowflakeSession(settings, { SNOWFLAKE_TOKEN: 't' }, pace);
    const rows: SnowflakeRow[] = [];
    for await (const batch of (await session.query({ text: 'SELECT 1 AS A' })).batches) rows.push(...batch);
    await session.close();
    return { rows, pace };
  }
});

describe('an encrypted key that does not open', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const folder = (): string => scratchFolder();

  /** Encrypts the key by a cipher that this OpenSSL has in its legacy provider only. */
  function encryptedBy(...cipher: string[]): string {
    const place = folder();
    writeFileSync(join(place, 'plain'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const files = ['-in', join(place, 'plain'), '-out', join(place, 'k.p8')];
    execFileSync('openssl', [
      'pkcs8',
      '-topk8',
      ...cipher,
      '-passout',
      'pass:secret',
      '-provider',
      'legacy',
      '-provider',
      'default',
      ...files,
    ]);
    return readFileSync(join(place, 'k.p8'), 'utf8');
  }

  test.each([
    ['-v1', 'PBE-MD5-DES'],
    ['-v1', 'PBE-SHA1-RC2-40'],
    ['-v2', 'des'],
  ])('by an old cipher (%s %s) is told as that, whatever the passphrase', (...cipher) => {
    const pem = encryptedBy(...cipher);
    for (const passphrase of ['secret', 'wrong'])
      expect(() => readKeyPair(pem, passphrase, 'SNOWFLAKE_PRIVATE_KEY_PATH')).toThrow(
        expect.objectContaining({
          message: expect.stringContaining('encrypted in an old way'),
          cure: expect.stringMatching(/openssl pkcs8 .* -provider legacy .*-v2 aes256/),
        }),
      );
  });

  test('by one of today is a matter of the passphrase', () => {
    const pem = encryptedBy('-v2', 'aes256');
    expect(readKeyPair(pem, 'secret', 'X').fingerprint).toMatch(/^SHA256:/);
    expect(() => readKeyPair(pem, 'wrong', 'X')).toThrow(/does not open with the passphrase/);
  });
});
