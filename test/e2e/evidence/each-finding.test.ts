import { readFileSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import { formatCheckpoint } from '../../../src/core/log/checkpoint.ts';
import { checkpointKey, tileKey } from '../../../src/core/log/log-keys.ts';
import { findingCodes } from '../../../src/core/verify/finding.ts';
import type { FindingCode } from '../../../src/core/verify/finding.ts';
import type { Emulator } from '../../../src/ports/aws/emulator.ts';
import {
  dayMs,
  gzipped,
  hourMs,
  newSigner,
  signedNote,
  startMs,
  WrittenStore,
} from '../../unit/core/verify/written-store.ts';
import { bucketOn } from '../s3-server.ts';
import type { S3Server } from '../s3-server.ts';
import { filesBelow, useWorkspaces } from '../workspace.ts';
import { verifyJson } from './log-reading.ts';

const newWorkspace = useWorkspaces();
const event = readFileSync(join(import.meta.dirname, '../../fixtures/events/query.jsonl'), 'utf8').trim();

interface Tampering {
  code: FindingCode;
  how: string;
  /** What somebody does to a store that was as it should be. */
  tamper: (store: WrittenStore, objects: readonly string[]) => void | Promise<void>;
  /** Flags without which it can't be found. */
  flags?: readonly string[];
}

function altered(store: WrittenStore, key: string): void {
  const body = readFileSync(join(store.folder, key));
  body[40] = (body[40] as number) ^ 1;
  store.write(key, body);
}

const ways: readonly Tampering[] = [
  {
    code: 'object-missing',
    how: 'an object is deleted',
    tamper: ({ folder }, [key = '']) => unlinkSync(join(folder, key)),
  },
  {
    code: 'object-altered',
    how: 'a byte of an object is changed',
    tamper: (store, [key = '']) => altered(store, key),
  },
  {
    code: 'object-unclaimed',
    how: 'an object is added',
    tamper: async (store, [key = '']) =>
      store.write(key.replace(/-[0-9a-f]{32}/, `-${'0'.repeat(32)}`), await gzipped(Buffer.from('{}\n'))),
  },
  {
    code: 'object-renamed',
    how: 'an object is renamed',
    tamper: ({ folder }, [key = '']) =>
      renameSync(join(folder, key), join(folder, `${dirname(key)}/other.jsonl.gz`)),
  },
  {
    code: 'count-off',
    how: 'a line is taken out, and the rest compressed anew',
    tamper: async (store, [key = '']) => store.write(key, await gzipped(Buffer.from('{"a":1}\n'))),
  },
  {
    code: 'entry-altered',
    how: 'a bundle of entries is not what was signed',
    tamper: (store) => altered(store, tileKey(store.id, { level: 'entries', index: 0, width: store.size })),
  },
  {
    code: 'tile-altered',
    how: 'a tile is not what was signed',
    tamper: (store) => altered(store, tileKey(store.id, { level: 0, index: 0, width: store.size })),
  },
  {
    code: 'tile-missing',
    how: 'a tile is deleted',
    tamper: (store) =>
      unlinkSync(join(store.folder, tileKey(store.id, { level: 0, index: 0, width: store.size }))),
  },
  {
    code: 'checkpoint-bad-signature',
    how: 'a checkpoint is changed behind its signature',
    tamper: (store) => {
      const key = checkpointKey(store.id, store.size);
      const note = readFileSync(join(store.folder, key), 'utf8');
      store.write(key, note.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${'A'.repeat(43)}=\n`));
    },
  },
  {
    code: 'foreign-key',
    how: 'somebody else goes on with the log',
    tamper: async (store) => {
      await store.run(1);
      store.publish(newSigner(store.id));
    },
  },
  {
    code: 'log-rolled-back',
    how: 'the whole log is deleted',
    tamper: ({ folder }) => rmSync(join(folder, '_audit-export'), { recursive: true }),
  },
  {
    code: 'log-forked',
    how: 'the same key has signed another history of a size',
    tamper: (store) => {
      const size = store.size - 1;
      const text = formatCheckpoint({
        origin: `audit-export/${store.id}`,
        size,
        root: Buffer.alloc(32, 7),
      });
      store.write(checkpointKey(store.id, size), signedNote(text, store.signer));
    },
  },
  {
    code: 'log-silent',
    how: 'what came each hour does not come for days',
    tamper: async (store) => {
      for (let hour = 0; hour < 5; hour++) store.quiet(store.nowMs + hourMs);
      store.nowMs += 5 * dayMs;
      await store.run(1);
      store.publish();
    },
  },
  {
    code: 'run-unfinished',
    how: 'a run never ended',
    tamper: (store) => {
      store.begin('killed', { batch: 'b' });
      store.publish();
    },
  },
  {
    code: 'balance-off',
    how: 'a run says that it delivered more than its objects hold',
    tamper: async (store) => {
      store.begin('odd');
      await store.object('odd', ['{"a":1}']);
      store.end('odd', { objects: 1, delivered: 2 });
      store.publish();
    },
  },
  {
    code: 'clock-back',
    how: 'the clock was set back by a day',
    tamper: async (store) => {
      store.nowMs -= dayMs;
      await store.run(1);
      store.publish();
    },
  },
  {
    code: 'line-misplaced',
    how: 'an object has lines of another day',
    flags: ['--deep'],
    tamper: async (store) => {
      store.begin('late');
      await store.object('late', [event], { firstMs: startMs + 9 * dayMs });
      store.end('late', { objects: 1, delivered: 1 });
      store.publish();
    },
  },
  {
    code: 'event-twice',
    how: 'an event was delivered twice',
    flags: ['--deep'],
    tamper: async (store) => {
      const { eventTime } = JSON.parse(event) as { eventTime: string | number };
      store.begin('twice');
      await store.object('twice', [event, event], { firstMs: new Date(eventTime).getTime() });
      store.end('twice', { objects: 1, delivered: 2 });
      store.publish();
    },
  },
];

test('there is a way to tamper for each code that verify has', () => {
  expect(new Set(ways.map(({ code }) => code))).toEqual(new Set(findingCodes));
});

describe('verify of a bucket by a reader finds and names', () => {
  let emulator: Emulator;
  let server: S3Server;
  let s3: S3Client;
  beforeAll(async () => {
    emulator = await startEmulator();
    server = await bucketOn(emulator);
    const { url: endpoint, region, customer: credentials } = emulator;
    s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  });
  afterAll(async () => {
    s3.destroy();
    await server.close();
    await emulator.close();
  });

  /** Makes what lies below a prefix the same as a folder. */
  async function upload(folder: string, prefix: string): Promise<void> {
    const files = new Set(await filesBelow(folder));
    for (const key of (await server.everythingAt(prefix)).keys())
      if (!files.has(key)) await server.remove(`${prefix}/${key}`);
    await Promise.all(
      [...files].map((key) => {
        const Body = readFileSync(join(folder, key));
        return s3.send(new PutObjectCommand({ Bucket: server.bucket, Key: `${prefix}/${key}`, Body }));
      }),
    );
  }

  test.each(ways)('$code: $how', async ({ code, tamper, flags = [] }) => {
    const workspace = await newWorkspace();
    const store = new WrittenStore();
    const [before] = [store.nowMs];
    const leaves = await store.run(2);
    store.publish();
    const objects = leaves.map(({ key }) => key);
    const reader = await server.environmentAllowing(['s3:ListBucket', ''], ['s3:GetObject', `/${code}/*`]);
    const verify = (...more: readonly string[]): ReturnType<typeof verifyJson> => {
      const remember = ['--remember', 'memory.json', '--key', store.signer.text];
      return verifyJson(
        workspace,
        ['--store', `s3://${server.bucket}/${code}`, ...remember, ...more],
        reader,
      );
    };
    await upload(store.folder, code);
    expect(await verify()).toMatchObject({ code: 0, report: { verdict: 'intact', findings: [] } });
    store.nowMs = before;
    await tamper(store, objects);
    await upload(store.folder, code);
    const { code: exit, report } = await verify(...flags);
    expect(exit).toBe(7);
    expect(Object.keys(report.counts)).toContain(code);
    expect(report.findings.find((finding) => finding.code === code)?.message).toMatch(/^[A-Z]/);
  });
});
