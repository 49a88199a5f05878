import type { CompiledAuditType } from '../../audit-types/audit-type.ts';
import { typeNames } from '../../classify/build-rules.ts';
import type { EventVerdict } from '../../classify/classify-event.ts';
import { buildEventClassifier } from '../../classify/classify-event.ts';
import { eventKey } from '../../classify/event-key.ts';
import type { Layout } from '../../layout/layout.ts';
import { renderLayout } from '../../layout/layout.ts';
import { FindingBook } from '../finding.ts';
import type { ContentEar } from './check-objects.ts';
import { EventTable } from './event-table.ts';
import { LineCutter } from './line-cutter.ts';

/** Events whose keys are kept at once: 28 bytes each. */
const mostEvents = 8_000_000;

interface Folder {
  /** Undefined once there are too many: they are looked at afterwards, part by part. */
  events: EventTable | undefined;
  count: number;
  /** Told when the folder was read whole. */
  found: FindingBook;
  keys: string[];
  /** Objects that are being read. */
  open: number;
}

/** Reads an object once more, and hands its content over; one that can't be read goes to the book. */
export type ReadAgain = (key: string, onPiece: (piece: Buffer) => void) => Promise<void>;

type Verdict = Extract<EventVerdict, { ok: true }>;

/**
 * Looks at each line: whether its type and time are those of the folder it lies in, and whether its event is twice in its
 * folder (an event that is delivered twice has the same type and time, so it comes into the same folder). Memory is bounded: a
 * folder of more events than are kept at once is read again, once for each part of them.
 */
export class DeepLook {
  readonly #book: FindingBook;
  readonly #types: readonly string[];
  readonly #classify: ReturnType<typeof buildEventClassifier>;
  readonly #most: number;
  readonly #folders = new Map<string, Folder>();
  /** Those that had more events than are kept at once. */
  readonly #large: Folder[] = [];
  /** Lines whose type is not known here. */
  unknownLines = 0;

  constructor(types: readonly CompiledAuditType[], book: FindingBook, most = mostEvents) {
    this.#book = book;
    this.#types = typeNames(types);
    this.#classify = buildEventClassifier(types, this.#types, { selected: undefined, withIds: true });
    this.#most = most;
  }

  /** Hears one object. Objects come folder by folder, some at once. `layout`: by which it was filed, where that is known. */
  open(key: string, layout: Layout | undefined): ContentEar {
    const name = folderOfKey(key);
    // What a folder was is let go when another one comes and nobody reads in it any more.
    for (const [other, { open }] of this.#folders) if (other !== name && open === 0) this.#leave(other);
    const folder = this.#folders.get(name) ?? newFolder();
    this.#folders.set(name, folder);
    folder.keys.push(key);
    folder.open++;
    const lines = new LineCutter((line, number) => {
      const verdict = this.#verdict(line);
      if (verdict === undefined) this.unknownLines++;
      else {
        if (layout !== undefined) this.#checkHome(verdict, { number, key, layout });
        this.#count(this.#eventKey(verdict, line), { number, key, folder });
      }
    });
    return {
      take: (piece) => lines.take(piece),
      end: () => {
        lines.end();
        folder.open--;
      },
    };
  }

  /** Everything was read. */
  async end(readAgain: ReadAgain): Promise<void> {
    for (const name of this.#folders.keys()) this.#leave(name);
    for (const folder of this.#large) await this.#lookAgain(folder, readAgain);
    if (this.unknownLines > 0)
      this.#book.addUnproven({
        what: `that ${this.unknownLines} lines lie where they belong and are there once`,
        why: 'their audit type is not known here: name its schema with --schema',
      });
  }

  #leave(name: string): void {
    const folder = this.#folders.get(name);
    this.#folders.delete(name);
    if (folder === undefined) return;
    if (folder.events === undefined) this.#large.push(folder);
    else this.#book.addAll(folder.found);
  }

  async #lookAgain({ keys, count }: Folder, readAgain: ReadAgain): Promise<void> {
    const parts = Math.ceil(count / this.#most);
    for (let part = 0; part < parts; part++) {
      const events = new EventTable();
      for (const key of keys) {
        const lines = new LineCutter((line, number) => {
          const verdict = this.#verdict(line);
          const event = verdict === undefined ? undefined : this.#eventKey(verdict, line);
          if (event !== undefined && partOf(event) % parts === part)
            addEvent(event, { number, key, events }, this.#book);
        });
        await readAgain(key, (piece) => lines.take(piece));
        lines.end();
      }
    }
  }

  #verdict(line: Buffer): Verdict | undefined {
    try {
      const verdict = this.#classify(JSON.parse(line.toString('utf8')));
      return verdict.ok ? verdict : undefined;
    } catch {
      return undefined;
    }
  }

  #eventKey({ typeIndex, id, timeMs }: Verdict, line: Buffer): Uint8Array {
    return eventKey({ type: this.#types[typeIndex] ?? '', id, timeMs, line });
  }

  #checkHome(
    { typeIndex, timeMs }: Verdict,
    { number, key, layout }: { number: number; key: string; layout: Layout },
  ): void {
    const type = this.#types[typeIndex] ?? '';
    const home = renderLayout(layout, type, timeMs);
    if (`${home}/` === folderOfKey(key)) return;
    this.#book.add({
      code: 'line-misplaced',
      key,
      message: 'A line lies in another folder than its type and time say.',
      detail: `Line ${number} is a ${type} event of ${new Date(timeMs).toISOString()}, which belongs in ${home}.`,
    });
  }

  #count(event: Uint8Array, { number, key, folder }: { number: number; key: string; folder: Folder }): void {
    folder.count++;
    const { events, found } = folder;
    if (events !== undefined) addEvent(event, { number, key, events }, found);
    if (folder.count > this.#most) folder.events = undefined;
  }
}

function newFolder(): Folder {
  return { events: new EventTable(), count: 0, found: new FindingBook(), keys: [], open: 0 };
}

function addEvent(
  event: Uint8Array,
  { number, key, events }: { number: number; key: string; events: EventTable },
  book: FindingBook,
): void {
  const first = events.add(event, key);
  if (first === undefined) return;
  const where = first === key ? 'in it before' : `in ${first} as well`;
  const detail = `The event of line ${number} is ${where}.`;
  book.add({ code: 'event-twice', key, message: 'An event is there more than once.', detail });
}

/** The folder of a key, with the slash at its end. */
function folderOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** By what events are told apart into parts: bytes of their keys that their places in the table do not go by. */
function partOf(event: Uint8Array): number {
  return ((event[12] as number) << 8) | (event[13] as number);
}
