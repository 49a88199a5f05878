import { Readable } from 'node:stream';
import { filesOnDisk } from '../../../../../src/adapters/fs/sources/files-on-disk.ts';
import { openFollowed } from '../../../../../src/adapters/fs/sources/followed-inputs.ts';
import { openSources } from '../../../../../src/adapters/fs/sources/sources.ts';
import { Mutex } from '../../../../../src/commands/push/plan/condition.ts';
import { FollowNotes } from '../../../../../src/commands/push/follow/follow-notes.ts';
import { InputWatch } from '../../../../../src/commands/push/follow/input-watch.ts';
import { News } from '../../../../../src/commands/push/follow/news.ts';
import { deliverFiles } from '../../../../../src/core/batches/deliver-files.ts';
import type { FilesPorts } from '../../../../../src/core/batches/deliver-files.ts';
import { JournalState } from '../../../../../src/core/batches/journal-state.ts';
import type { FileSource } from '../../../../../src/core/files/look-at-content.ts';
import { isBreak, isFileSource } from '../../../../../src/core/files/look-at-content.ts';
import type { PushResult } from '../../../../../src/core/push/push-sources.ts';
import { SourceAccount } from '../../../../../src/core/push/source-part.ts';
import type { SourcePart } from '../../../../../src/core/push/source-part.ts';
import { isAuditExportError } from '../../../../../src/errors.ts';
import type { FollowedInputs } from '../../../../../src/ports/sources/followed-inputs.ts';
import type { Cut } from '../../../../../src/ports/state/batch.ts';
import type { Journal, JournalRecord } from '../../../../../src/ports/state/journal.ts';
import type { KnownFile } from '../../../../../src/ports/sources/known-file.ts';
import { keptLog } from '../../../../fakes/kept-log.ts';
import { VirtualTimer } from '../../../../fakes/virtual-timer.ts';

const noChoices = { again: new Set<string>(), accept: new Set<string>() };
const cut: Cut = { types: [], objectBytes: 1 } as unknown as Cut;
const killed = new Error('killed');

/** How files are delivered: by one process that follows them, or by pushes one after the other. */
export type Way = 'follow' | 'push';

/** A follower of a folder (or pushes of it) whose looks and batches come when they are asked for; the store is a list of lines. */
export class FollowedFolder {
  /** What each batch delivered: one that is done again has the same objects. */
  readonly #batches = new Map<string, string>();
  /** What was read of each batch so far: objects that are full are stored while the rest is read. */
  readonly #read = new Map<string, string>();
  readonly problems: string[] = [];
  readonly state = new JournalState();
  readonly #inputs: readonly string[];
  readonly #way: Way;
  readonly #between: () => void;
  readonly #tell: (what: string) => void;
  #followed: FollowedInputs | undefined;
  #watch: InputWatch | undefined;
  #looking = new Mutex();
  #ids = 0;
  #nowMs = 0;

  /** `between` is called whenever something is read: others may do something then. `tell` gets what the journal says. */
  constructor(
    inputs: readonly string[],
    { way, between, tell }: { way: Way; between: () => void; tell: (what: string) => void },
  ) {
    this.#inputs = inputs;
    this.#way = way;
    this.#between = between;
    this.#tell = tell;
  }

  /** As a process does, it looks before it delivers. */
  async start(): Promise<void> {
    const stdin = new Readable({ read: () => undefined });
    const opened =
      this.#way === 'follow'
        ? await openFollowed(this.#inputs, { stdin, exceptBelow: [] })
        : pushedInputs(this.#inputs, stdin);
    const followed = this.#watched(opened);
    const clock = new VirtualTimer();
    this.#followed = followed;
    this.#looking = new Mutex();
    this.#watch = new InputWatch({
      inputs: followed,
      journal: this.#journal(),
      host: { clock, newId: () => `note-${++this.#ids}` },
      notes: new FollowNotes({ log: keptLog(), clock, quiet: true, verbose: false, keptBytes: () => 0 }),
      news: new News(clock),
      looking: this.#looking,
    });
    await this.scan();
  }

  async scan(): Promise<void> {
    await this.#watch?.scan();
  }

  /** A batch of what has changed, or of all; `during` happens while it is under way, and says whether it is killed then. */
  async batch(isWhole: boolean, during: () => Promise<boolean>): Promise<void> {
    try {
      await this.#deliver(isWhole, during);
    } catch (error) {
      if (error === killed) {
        await this.stop();
        await this.start();
        return;
      }
      if (!isAuditExportError(error) || error.code !== 'source-moved') throw error;
      // What is rotated all the time is tried again with the next batch.
      this.#tell(error.message);
    }
  }

  async #deliver(isWhole: boolean, during: () => Promise<boolean>): Promise<void> {
    const followed = this.#followed;
    if (followed === undefined) return;
    const taken = followed.take(isWhole);
    await deliverFiles(
      { cut, choices: noChoices, isFinal: false, reread: false },
      {
        journal: this.#journal(),
        files: followed,
        list: () => taken.files(),
        open: async () => undefined,
        more: async () => [],
        isGiven: () => false,
        onUnreadable: ({ name }, error) => this.problems.push(`${name}: ${error.message}`),
        onProblem: ({ kind, id, source }) => {
          this.#tell(`${kind} ${source}`);
          // What a push saw empty, and the next one finds compressed, can't be known again: that is told.
          const wasEmpty = this.#way === 'push' && this.state.files.get(id)?.head.bytes === 0;
          if (!wasEmpty) this.problems.push(`${kind} ${source}`);
        },
        enter: () => this.#looking.enter(),
        newId: () => `id-${++this.#ids}`,
        now: () => ++this.#nowMs,
        push: this.#push(during),
        settle: async () => ({}),
        onDone: async () => undefined,
      },
    );
    await taken.settle(this.state.files);
  }

  get delivered(): string[] {
    return [...this.#batches.values()].flatMap((content) => content.match(/[^\n]*\n/g) ?? []);
  }

  async stop(): Promise<void> {
    await this.#followed?.close();
    this.#followed = undefined;
  }

  #journal(): Journal {
    return {
      state: this.state,
      // As the disk gives it back.
      add: async (record) => {
        this.#tell(shown(record));
        this.state.apply(structuredClone(record));
      },
      history: async function* none() {},
      close: async () => undefined,
    };
  }

  #push(during: () => Promise<boolean>): FilesPorts['push'] {
    return async ({ id }, parts, confirm) => {
      if (await during()) throw killed;
      const read: { account: SourceAccount; lines: string }[] = [];
      for (const part of parts) {
        read.push(await readPart(part));
        this.#noteRead(id, read.map(({ lines }) => lines).join(''));
      }
      if (await during()) throw killed;
      try {
        await confirm(read.map(({ account }) => account));
      } catch (error) {
        return { ended: 'failed', error, sources: [], types: [] } as unknown as PushResult;
      }
      const content = read.map(({ lines }) => lines).join('');
      const before = this.#batches.get(id);
      if (before !== undefined && before !== content) this.problems.push(`${id} is cut otherwise`);
      this.#batches.set(id, content);
      return {
        ended: 'complete',
        error: undefined,
        sources: read.map(({ account }) => account),
        types: [],
      } as unknown as PushResult;
    };
  }

  #noteRead(id: string, content: string): void {
    const before = this.#read.get(id) ?? '';
    if (content.length > before.length) this.#read.set(id, content);
    if (!before.startsWith(content) && !content.startsWith(before))
      this.problems.push(`${id} is read otherwise than before`);
  }

  #watched(followed: FollowedInputs): FollowedInputs {
    const source = (found: FileSource): FileSource => ({
      ...found,
      file: {
        ...found.file,
        bytes: (start, end) => {
          this.#between();
          return found.file.bytes(start, end);
        },
        isCompressed: () => {
          this.#between();
          return found.file.isCompressed();
        },
        stands: () => {
          this.#between();
          return found.file.stands();
        },
      },
      read: (onStoredBytes, range) => {
        this.#between();
        return found.read(onStoredBytes, range);
      },
    });
    return {
      pipes: [],
      hasFiles: true,
      at: async (path) => {
        this.#between();
        const found = await followed.at(path);
        return found && source(found);
      },
      beside: async (path) => {
        this.#between();
        return (await followed.beside(path)).map(source);
      },
      scan: async (onTrouble) => {
        const change = await followed.scan(onTrouble);
        return { ...change, fresh: change.fresh.map(source) };
      },
      take: (all) => {
        const taken = followed.take(all);
        return {
          files: async () => {
            this.#between();
            return (await taken.files()).map(source);
          },
          settle: (known) => taken.settle(known),
        };
      },
      close: () => followed.close(),
    };
  }
}

/** What every push finds: nothing is held open, and nothing noted between pushes. */
function pushedInputs(inputs: readonly string[], stdin: Readable): FollowedInputs {
  const { signal } = new AbortController();
  const list = async (): Promise<FileSource[]> =>
    (await openSources(inputs, { stdin, signal, exceptBelow: [] })).filter((source) => isFileSource(source));
  return {
    ...filesOnDisk,
    pipes: [],
    hasFiles: true,
    scan: async () => ({ bytes: 0, fresh: [], absent: [], noted: () => undefined }),
    take: () => ({ files: list, settle: async () => undefined }),
    close: async () => undefined,
  };
}

/** A record, for whoever looks for what went wrong. */
function shown(record: JournalRecord): string {
  const file = ({ id, path, inode, at, seen, waiting, left, copyOf, lostMs, plain }: KnownFile): string =>
    `${id} ${path.slice(path.lastIndexOf('/') + 1)} ${inode.slice(inode.indexOf(':'))}@${at.offset}/${seen}${waiting > 0 ? ` waits ${waiting}` : ''}${left ? ' left' : ''}${plain ? '' : ' packed'}${copyOf === undefined ? '' : ` copy of ${copyOf}`}${lostMs === undefined ? '' : ' lost'}`;
  if (record.kind === 'owner') return 'owner';
  if (record.kind === 'begin')
    return `begin ${record.batch.id}: ${record.batch.parts.map((part) => (part.kind === 'file' ? `${file(part.file)} to ${part.to}` : '')).join(', ')}`;
  const { files = [], forgotten = [] } = record.standing;
  return `${record.kind}${record.kind === 'done' ? ` ${record.id}` : ''}: ${files.map((one) => file(one)).join(', ')}; forgotten ${forgotten.join(' ')}`;
}

async function readPart({ source, part }: SourcePart): Promise<{ account: SourceAccount; lines: string }> {
  if (part === undefined) throw new Error('no part');
  const account = new SourceAccount({ source, part });
  const pieces: Buffer[] = [];
  try {
    const range = { start: 0, end: part.to, ...(part.isSame === undefined ? {} : { isSame: part.isSame }) };
    for await (const piece of source.read(() => undefined, range)) pieces.push(Buffer.from(piece));
  } catch (error) {
    if (!isBreak(error) || !isAuditExportError(error)) throw error;
    account.breakOff(error, 0);
  }
  const rest = Buffer.concat(pieces).subarray(part.from.offset, part.toOffset);
  const end = rest.lastIndexOf('\n') + 1;
  account.addContent(rest, end);
  account.waits = !part.isFinal && end < rest.length;
  const lines = rest.subarray(0, account.takenBytes).toString();
  account.lines += lines.split('\n').length - 1;
  return { account, lines };
}
