import type { JournalRecord, JournalView, Standing } from '../../ports/state/journal.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';
import type { Batch } from '../../ports/state/batch.ts';

/** What the journal's records come to. */
export class JournalState implements JournalView {
  readonly files = new Map<string, KnownFile>();
  readonly begun = new Map<string, Batch>();
  readonly cursors = new Map<string, unknown>();
  /** By which rules lines were delivered last; undefined in a new journal. */
  rules: string | undefined;

  apply(record: JournalRecord): void {
    if (record.kind === 'owner') this.rules = record.rules;
    else if (record.kind === 'begin') this.#begin(record.batch);
    else {
      if (record.kind === 'done') this.begun.delete(record.id);
      this.#stand(record.standing);
    }
  }

  /** A file of which a part is under way is known by what was seen of it. */
  #begin(batch: Batch): void {
    this.begun.set(batch.id, batch);
    for (const part of batch.parts) if (part.kind === 'file') this.files.set(part.file.id, part.file);
  }

  #stand({ files = [], forgotten = [], cursors = {} }: Standing): void {
    for (const file of files) this.files.set(file.id, file);
    for (const id of forgotten) this.files.delete(id);
    for (const [name, cursor] of Object.entries(cursors)) {
      if (cursor === null) this.cursors.delete(name);
      else this.cursors.set(name, cursor);
    }
  }
}

/** A file that was not seen for so long is forgotten when the journal is written anew. */
const keptMs = 400 * 86_400_000;

/** The records that make the same state, without what nobody will ask for again. */
export function compactRecords(state: JournalState, nowMs: number): JournalRecord[] {
  const begun = [...state.begun.values()];
  const inBatch = new Set(
    begun.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'file' ? [part.file.id] : []))),
  );
  const files = [...state.files.values()].filter(
    ({ id, seenMs, lostMs }) => inBatch.has(id) || lostMs !== undefined || nowMs - seenMs <= keptMs,
  );
  // Their batch makes them known again.
  const forgotten = [...inBatch].filter((id) => !state.files.has(id));
  return [
    ...(state.rules === undefined ? [] : [{ kind: 'owner', rules: state.rules } as const]),
    ...begun.map((batch): JournalRecord => ({ kind: 'begin', batch })),
    { kind: 'cursor', standing: { files, forgotten, cursors: Object.fromEntries(state.cursors) } },
  ];
}
