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

/** Delivers what is new in these files; says of which something was read, and which could not be. */
async function deliver(
  files: MemoryFiles,
  journal: ReturnType<typeof passingJournal>,
): Promise<{ read: string[]; unreadable: string[] }> {
  const read: string[] = [];
  const unreadable: string[] = [];
  let ids = 0;
  await deliverFiles(
    { cut: {} as Cut, choices: { again: new Set(), accept: new Set() }, isFinal: false, reread: false },
    {
      journal,
      files,
      list: async () => files.given('/logs/a.log', '/logs/b.log'),
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
  return { read, unreadable };
}

test('a file that can not be read when it is looked at is told, and the others are delivered; mended, it goes on', async () => {
  const files = new MemoryFiles();
  const journal = passingJournal();
  files.write('/logs/a.log', lines(0, 3));
  files.write('/logs/b.log', lines(10, 13));
  files.unreadable.add('/logs/a.log');
  expect(await deliver(files, journal)).toEqual({ read: ['/logs/b.log'], unreadable: ['/logs/a.log'] });
  files.unreadable.clear();
  expect(await deliver(files, journal)).toEqual({ read: ['/logs/a.log'], unreadable: [] });
  files.append('/logs/a.log', lines(3, 4));
  files.append('/logs/b.log', lines(13, 14));
  files.unreadable.add('/logs/a.log');
  expect(await deliver(files, journal)).toEqual({ read: ['/logs/b.log'], unreadable: ['/logs/a.log'] });
  files.unreadable.clear();
  expect(await deliver(files, journal)).toEqual({ read: ['/logs/a.log'], unreadable: [] });
});
