import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactRecords, JournalState } from '../../../../src/core/batches/journal-state.ts';
import { knownFile as known } from '../../../fakes/known-file.ts';
import type { KnownFile } from '../../../../src/ports/sources/known-file.ts';
import type { Batch, FilePart } from '../../../../src/ports/state/batch.ts';
import type { JournalRecord } from '../../../../src/ports/state/journal.ts';

const dayMs = 86_400_000;

const cut: Batch['cut'] = {
  objectBytes: 1000,
  compression: 'gzip',
  layout: 'x',
  maxLineBytes: 100,
  unwrap: 'none',
  ownTypes: [],
};
const partOf = (file: KnownFile): FilePart => ({
  kind: 'file',
  file,
  to: 10,
  ends: { head: '', tail: '' },
  isFinal: false,
});
const batchOf = (id: string, ...files: readonly KnownFile[]): Batch => ({
  id,
  cut,
  parts: files.map(partOf),
});

function stateOf(...records: readonly JournalRecord[]): JournalState {
  const state = new JournalState();
  for (const record of records) state.apply(record);
  return state;
}

const contentOf = ({ files, begun, cursors, rules }: JournalState): object => ({
  files: new Map(files),
  begun: new Map(begun),
  cursors: new Map(cursors),
  rules,
});

describe('what the records of a journal come to', () => {
  test('a batch is begun until it is done, and its files are known by what was seen of them', () => {
    const begin: JournalRecord = { kind: 'begin', batch: batchOf('b', known('f', 3)) };
    const begun = stateOf(begin);
    expect([...begun.begun.keys()]).toEqual(['b']);
    expect(begun.files.get('f')?.at.offset).toBe(3);
    const done = stateOf(begin, { kind: 'done', id: 'b', standing: { files: [known('f', 10)] } });
    expect([...done.begun.keys()]).toEqual([]);
    expect(done.files.get('f')?.at.offset).toBe(10);
  });

  test('a batch that is ended without its bytes moves nothing', () => {
    const state = stateOf(
      { kind: 'begin', batch: batchOf('b', known('f', 3)) },
      { kind: 'done', id: 'b', standing: {} },
    );
    expect([...state.begun.keys()]).toEqual([]);
    expect(state.files.get('f')?.at.offset).toBe(3);
  });

  test('files are known, known otherwise, and forgotten; a cursor is kept until it is null; the rules are the last ones', () => {
    const state = stateOf(
      { kind: 'owner', rules: 'one' },
      { kind: 'cursor', standing: { files: [known('f', 1), known('g', 1)], cursors: { a: 1, b: { c: 2 } } } },
      { kind: 'cursor', standing: { files: [known('f', 2)], forgotten: ['g'], cursors: { a: null } } },
      { kind: 'owner', rules: 'two' },
    );
    expect(contentOf(state)).toEqual({
      files: new Map([['f', known('f', 2)]]),
      begun: new Map(),
      cursors: new Map([['b', { c: 2 }]]),
      rules: 'two',
    });
  });
});

describe('a journal that is written anew', () => {
  const ids = fc.constantFrom('f', 'g', 'h');
  const file = fc.tuple(ids, fc.nat(9)).map(([id, offset]) => known(id, offset));
  const record: fc.Arbitrary<JournalRecord> = fc.oneof(
    fc.constantFrom('one', 'two').map((rules): JournalRecord => ({ kind: 'owner', rules })),
    fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.array(file, { maxLength: 2 }))
      .map(([id, files]): JournalRecord => ({ kind: 'begin', batch: batchOf(id, ...files) })),
    fc
      .tuple(fc.constantFrom('a', 'b', 'c'), fc.array(file, { maxLength: 2 }))
      .map(([id, files]): JournalRecord => ({ kind: 'done', id, standing: { files } })),
    fc
      .tuple(fc.array(ids, { maxLength: 2 }), fc.constantFrom(null, 1, 2))
      .map(([forgotten, x]): JournalRecord => ({ kind: 'cursor', standing: { forgotten, cursors: { x } } })),
  );

  test('comes to the same state, whatever was in it, and is no longer than it must be', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), (records) => {
        const state = stateOf(...records);
        const compacted = compactRecords(state, dayMs);
        expect(contentOf(stateOf(...compacted))).toEqual(contentOf(state));
        expect(compacted.length).toBeLessThanOrEqual(state.begun.size + 2);
      }),
      { numRuns: 300 },
    );
  });

  test('forgets a file that was not seen for 400 days, unless something was begun of it or it is missing', () => {
    const state = stateOf(
      { kind: 'cursor', standing: { files: [known('old', 1), known('lost', 1, { lostMs: 5 })] } },
      { kind: 'cursor', standing: { files: [known('new', 1, { seenMs: 2 * dayMs })] } },
      { kind: 'begin', batch: batchOf('b', known('begun', 1)) },
    );
    const kept = stateOf(...compactRecords(state, 401 * dayMs));
    expect([...kept.files.keys()].toSorted()).toEqual(['begun', 'lost', 'new']);
  });
});
