import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { QueueWorker } from '../../../../../src/commands/push/queue/queue-worker.ts';
import type { QueueWork } from '../../../../../src/commands/push/queue/queue-worker.ts';
import type { PushReport } from '../../../../../src/core/accounting/push-report.ts';
import { QueueBooks } from '../../../../../src/core/queue/queue-books.ts';
import type { MessageQueue, QueueMessage } from '../../../../../src/ports/aws/queue.ts';
import { rejectionOf } from '../../../../fakes/thrown.ts';

const never = new AbortController().signal;

const delivered: PushReport = {
  report: 'push',
  version: 1,
  outcome: 'delivered',
  exitCode: 0,
  dryRun: false,
  store: 's3://audit/export',
  profile: null,
  startedAt: '2026-11-23T00:00:00.000Z',
  endedAt: '2026-11-23T00:00:00.000Z',
  seconds: 0,
  sources: [],
  balance: {
    read: 1,
    delivered: 1,
    alreadyDelivered: 0,
    duplicate: 0,
    notSelected: 0,
    ignored: 0,
    quarantined: 0,
    blank: 0,
    undelivered: 0,
  },
  balanced: true,
  types: [],
  partitions: [],
  objects: [],
  earliest: null,
  latest: null,
  putRequests: 1,
  retries: {},
  contentBytes: 1,
  compressedBytes: 1,
  quarantine: { folder: '/q', file: null, reasons: [] },
  warnings: [],
  waiting: [],
  problems: [],
  lateness: [],
  throughput: { linesPerSecond: 0, bytesPerSecond: 0 },
  error: null,
};

const failed = (code: string, details = {}): PushReport => ({
  ...delivered,
  outcome: 'failed',
  error: { code, message: 'It failed.', cure: 'Mend it.', details },
});

/** What becomes of the run over an object, by its key. */
const fates: Record<string, PushReport> = {
  fine: delivered,
  gone: failed('source-unreadable', { gone: true }),
  broken: failed('source-broken'),
};

/** A queue that lends its messages in order, again and again, until they are removed; it notes what it was asked. */
function fakeQueue(bodies: readonly string[]): { queue: MessageQueue; left: string[]; calls: string[] } {
  const messages = bodies.map((body, index): QueueMessage => ({
    id: String(index),
    body,
    receives: 1,
    receipt: '',
  }));
  const left = [...bodies];
  const calls: string[] = [];
  let next = 0;
  return {
    left,
    calls,
    queue: {
      url: 'https://queue',
      receive: async () => messages[next++],
      extend: async ({ id }) => {
        calls.push(`extend ${id}`);
      },
      remove: async ({ id, body }) => {
        calls.push(`remove ${id}`);
        left.splice(left.indexOf(body), 1);
      },
      close: async () => undefined,
    },
  };
}

function workerOn(
  queue: MessageQueue,
  more: Partial<QueueWork> = {},
): { worker: QueueWorker; books: QueueBooks; told: string[] } {
  const books = new QueueBooks(queue.url);
  const told: string[] = [];
  const tell = (event: string): void => void told.push(event);
  const worker = new QueueWorker({
    queue,
    reader: {
      source: ({ keys }) => ({ name: keys[0], storedBytes: 1, read: async function* () {} }),
      close: async () => undefined,
    },
    books,
    log: { note: tell, warn: tell, error: tell },
    written: [],
    visibilitySeconds: 120,
    run: async ({ name }) => fates[name.split('-')[0] ?? ''] ?? delivered,
    ...more,
  });
  return { worker, books, told };
}

function message(keys: readonly string[]): string {
  const Records = keys.map((key) => ({
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'raw' }, object: { key, size: 1 } },
  }));
  return JSON.stringify({ Records });
}

test('whatever becomes of its objects, a message is removed if and only if nothing of it can be lost any more', async () => {
  const key = fc.tuple(fc.constantFrom(...Object.keys(fates)), fc.nat(9)).map((parts) => parts.join('-'));
  const bodies = fc.array(fc.oneof(fc.array(key, { maxLength: 4 }).map(message), fc.constant('poison')), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(bodies, async (list) => {
      const { queue, left } = fakeQueue(list);
      const { worker, books } = workerOn(queue);
      for (const _ of list) expect(await worker.workOnOne(1, never)).toBe(true);
      expect(await worker.workOnOne(1, never)).toBe(false);
      const stays = (body: string): boolean => body === 'poison' || body.includes('broken');
      expect(left).toEqual(list.filter(stays));
      const { messages } = books.summary({ sources: 0, objects: 0 });
      expect(messages).toMatchObject({
        received: list.length,
        removed: list.length - left.length,
        left: left.length,
      });
    }),
    { numRuns: 60 },
  );
});

test('a failure that is no object’s ends the work, and the message stays', async () => {
  const { queue, left } = fakeQueue([message(['fine-1', 'fine-2'])]);
  let runs = 0;
  const { worker } = workerOn(queue, {
    run: async () => (++runs === 1 ? delivered : failed('unreachable', { action: 's3:PutObject' })),
  });
  expect(await rejectionOf(worker.workOnOne(1, never))).toMatchObject({
    code: 'unreachable',
    message: 'It failed.',
    cure: 'Mend it.',
  });
  expect(left).toHaveLength(1);
});

test('a message is kept from others from half of its time on, and no longer than the work takes', async () => {
  const { queue, calls } = fakeQueue([message(['fine-1'])]);
  let finish = (): void => undefined;
  const { worker } = workerOn(queue, {
    visibilitySeconds: 0.1,
    run: () =>
      new Promise((resolve) => {
        finish = () => resolve(delivered);
      }),
  });
  const working = worker.workOnOne(1, never);
  await expect.poll(() => calls.length).toBeGreaterThan(2);
  finish();
  await working;
  expect(calls.at(-1)).toBe('remove 0');
  const after = calls.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(calls).toHaveLength(after);
});

test('a visibility that can not be extended is told once, and harms nothing', async () => {
  const { queue, left } = fakeQueue([message(['fine-1']), message(['fine-2'])]);
  const { worker, told } = workerOn(
    { ...queue, extend: async () => await Promise.reject(new Error('no')) },
    {
      visibilitySeconds: 0.02,
      run: async () => await new Promise((resolve) => setTimeout(() => resolve(delivered), 60)),
    },
  );
  for (const _ of [1, 2]) await worker.workOnOne(1, never);
  expect(told.filter((event) => event === 'visibility-not-extended')).toHaveLength(1);
  expect(left).toEqual([]);
});

test('a message that comes again is told of once, and forgotten when it went well in the end', async () => {
  const body = message(['broken-1']);
  const { queue } = fakeQueue([body, body]);
  const messages = [1, 2, 3].map((receives) => ({ id: 'same', body, receives, receipt: '' }));
  let fate = fates['broken'];
  const { worker, books, told } = workerOn(
    { ...queue, receive: async () => messages.shift() },
    { run: async () => fate ?? delivered },
  );
  for (const _ of [1, 2]) await worker.workOnOne(1, never);
  expect(told).toEqual(['message-left']);
  expect(books.firstLeft).toBe('It failed');
  fate = delivered;
  await worker.workOnOne(1, never);
  expect(books.firstLeft).toBeUndefined();
});
