import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { deliverFiles } from '../../../../src/core/batches/deliver-files.ts';
import { passingJournal } from '../../../../src/core/batches/passing-journal.ts';
import type { PushResult } from '../../../../src/core/push/push-sources.ts';
import { SourceAccount } from '../../../../src/core/push/source-part.ts';
import type { SourcePart } from '../../../../src/core/push/source-part.ts';
import type { Cut } from '../../../../src/ports/state/batch.ts';
import { MemoryFiles } from '../../../fakes/memory-files.ts';
import { lines } from '../files/reading-on.ts';

async function accountOf(part: SourcePart): Promise<SourceAccount> {
  const account = new SourceAccount(part);
  for await (const piece of part.source.read(() => undefined))
    account.addContent(Buffer.from(piece.subarray(part.part?.from.offset)), piece.length);
  return account;
}

/**
 * Delivers what is new in these files; says of which something was read, which could not be, and which wait. `whenListed`: what
 * happens when they were listed.
 */
async function deliver(
  files: MemoryFiles,
  journal: ReturnType<typeof passingJournal>,
  {
    given = ['/logs/a.log', '/logs/b.log'],
    whenListed = () => undefined,
  }: { given?: string[]; whenListed?: () => void } = {},
): Promise<{ read: string[]; unreadable: string[]; waiting: string[] }> {
  const read: string[] = [];
  const unreadable: string[] = [];
  let ids = 0;
  const { waiting } = await deliverFiles(
    { cut: {} as Cut, choices: { again: new Set(), accept: new Set() }, isFinal: false, reread: false },
    {
      journal,
      files,
      list: async () => {
        const listed = files.given(...given);
        whenListed();
        return listed;
      },
      open: async () => undefined,
      more: async () => [],
      isGiven: () => false,
      newId: () => `${journal.state.files.size}-${++ids}`,
      now: () => 0,
      push: async (_, parts, confirm) => {
        const sources = await Promise.all(parts.map((part) => accountOf(part)));
        await confirm(sources);
        read.push(...sources.map(({ name }) => name));
        return { ended: 'complete', error: undefined, sources, types: [] } as unknown as PushResult;
      },
      settle: async () => ({}),
      onDone: async () => undefined,
      onProblem: ({ kind }) => unreadable.push(kind),
      onUnreadable: ({ name }) => unreadable.push(name),
    },
  );
  return { read, unreadable, waiting: waiting.map(({ source }) => source) };
}

test('a file that can not be read when it is looked at is told, and the others are delivered; mended, it goes on', async () => {
  const files = new MemoryFiles();
  const journal = passingJournal();
  files.write('/logs/a.log', lines(0, 3));
  files.write('/logs/b.log', lines(10, 13));
  files.unreadable.add('/logs/a.log');
  expect(await deliver(files, journal)).toEqual({
    read: ['/logs/b.log'],
    unreadable: ['/logs/a.log'],
    waiting: [],
  });
  files.unreadable.clear();
  expect(await deliver(files, journal)).toEqual({ read: ['/logs/a.log'], unreadable: [], waiting: [] });
  files.append('/logs/a.log', lines(3, 4));
  files.append('/logs/b.log', lines(13, 14));
  files.unreadable.add('/logs/a.log');
  expect(await deliver(files, journal)).toEqual({
    read: ['/logs/b.log'],
    unreadable: ['/logs/a.log'],
    waiting: [],
  });
  files.unreadable.clear();
  expect(await deliver(files, journal)).toEqual({ read: ['/logs/a.log'], unreadable: [], waiting: [] });
});

test('an archive that grows while it is looked at is left to the next delivery, and named as waiting', async () => {
  const files = new MemoryFiles();
  const journal = passingJournal();
  files.write('/logs/a.log', lines(0, 3));
  files.gzip('/logs/a.log');
  const whole = gzipSync(lines(0, 3));
  files.write('/logs/a.log.gz', whole.subarray(0, whole.length / 2));
  const grows = (): void => files.write('/logs/a.log.gz', whole);
  expect(await deliver(files, journal, { given: ['/logs/a.log.gz'], whenListed: grows })).toEqual({
    read: [],
    unreadable: [],
    waiting: ['/logs/a.log.gz'],
  });
  expect(await deliver(files, journal, { given: ['/logs/a.log.gz'] })).toMatchObject({
    read: ['/logs/a.log.gz'],
    waiting: [],
  });
});
