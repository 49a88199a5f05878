import { lookAtFiles } from '../../../core/files/catalogue.ts';
import type { FileSource } from '../../../core/files/look-at-content.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { FollowedInputs, ScanChange } from '../../../ports/sources/followed-inputs.ts';
import type { Journal } from '../../../ports/state/journal.ts';
import type { Mutex } from '../plan/condition.ts';
import type { FollowNotes } from './follow-notes.ts';
import type { News } from './news.ts';
import type { PushHost } from '../session/push-host.ts';

/** Inputs are looked at so often. */
const scanMs = 1000;
/** Files that are rotated while they are written down are tried again so often; then the next batch looks at them. */
const triesAtMost = 5;

export interface InputWatchOptions {
  inputs: FollowedInputs;
  journal: Journal;
  host: Pick<PushHost, 'clock' | 'newId'>;
  notes: FollowNotes;
  news: News;
  /** Held by whoever decides which file is which. */
  looking: Mutex;
}

/** Looks each second at the files that are followed. */
export class InputWatch {
  readonly #options: InputWatchOptions;
  readonly #gone = new Set<string>();
  #tries = 0;
  #isFirst = true;

  constructor(options: InputWatchOptions) {
    this.#options = options;
  }

  /** Looks until it is time to stop, and once more then. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const isLast = signal.aborted;
      await this.scan();
      if (isLast) return;
      await this.#options.host.clock.sleep(scanMs, signal);
    }
  }

  /** What is there for the first time is written down at once: by this it is found again if it is rotated meanwhile. */
  async scan(): Promise<void> {
    const { inputs, notes, news } = this.#options;
    const change = await inputs.scan((source, error) => notes.trouble(source, error));
    const { bytes, absent } = change;
    if (change.fresh.length > 0) await this.#noteFresh(change);
    if (bytes > 0) news.add(bytes);
    // A log may be away for a moment while it is rotated: told at the start only.
    if (this.#isFirst) for (const name of absent) notes.absent(name);
    this.#isFirst = false;
  }

  async #noteFresh({ fresh, noted }: ScanChange): Promise<void> {
    try {
      await this.#note(fresh);
    } catch (error) {
      const isMoved = isAuditExportError(error) && error.code === 'source-moved';
      if (!isMoved) throw error;
      if (++this.#tries < triesAtMost) return;
    }
    noted();
    this.#gone.clear();
    this.#tries = 0;
  }

  async #note(fresh: readonly FileSource[]): Promise<void> {
    const { inputs, journal, host, looking } = this.#options;
    const leave = await looking.enter();
    try {
      const { files } = journal.state;
      const { newId, clock } = host;
      const choices = { again: new Set<string>(), accept: new Set<string>() };
      const look = await lookAtFiles(fresh, files, choices, {
        files: inputs,
        gone: this.#gone,
        newId,
        now: clock.now,
      });
      const unknown = look.files.flatMap(({ known }) => {
        const before = files.get(known.id);
        const isFirst =
          before === undefined || (before.at.offset === 0 && before.head.bytes < known.head.bytes);
        return isFirst ? [known] : [];
      });
      // A file of which nothing was delivered, and that was replaced by a copy that goes on: known once, as the copy.
      const forgotten = look.forgotten.filter((id) => files.get(id)?.at.offset === 0);
      if (unknown.length > 0 || forgotten.length > 0)
        await journal.add({ kind: 'cursor', standing: { files: unknown, forgotten } });
    } finally {
      leave();
    }
  }
}
