import type { CompiledAuditType } from '../../audit-types/audit-type.ts';
import { typeNames } from '../../classify/build-rules.ts';
import type { EventVerdict } from '../../classify/classify-event.ts';
import { buildEventClassifier } from '../../classify/classify-event.ts';
import { eventKey } from '../../classify/event-key.ts';
import type { Layout } from '../../layout/layout.ts';
import { renderLayout } from '../../layout/layout.ts';
import type { FindingBook } from '../finding.ts';
import type { ContentEar } from './check-objects.ts';
import { EventTable } from './event-table.ts';
import { LineCutter } from './line-cutter.ts';

/** Events whose keys are kept at once: 28 bytes each. */
const mostEvents = 8_000_000;

interface Folder {
  events: EventTable;
  /** Only events whose key ends with so many bits of 0 are kept: those of the others are looked at afterwards. */
  bits: number;
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
    const folder = this.#folders.get(name) ?? { events: new EventTable(), bits: 0, keys: [], open: 0 };
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
    if (folder !== undefined && folder.bits > 0) this.#large.push({ ...folder, events: new EventTable() });
  }

  async #lookAgain({ keys, bits }: Folder, readAgain: ReadAgain): Promise<void> {
    for (let part = 1; part < 2 ** bits; part++) {
      const events = new EventTable();
      for (const key of keys) {
        const lines = new LineCutter((line, number) => {
          const verdict = this.#verdict(line);
          const event = verdict === undefined ? undefined : this.#eventKey(verdict, line);
          if (event !== undefined && partOf(event, bits) === part) this.#add(event, { number, key, events });
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
      message: `Line ${number} is a ${type} event of ${new Date(timeMs).toISOString()}, which belongs in ${home}.`,
    });
  }

  #count(event: Uint8Array, { number, key, folder }: { number: number; key: string; folder: Folder }): void {
    if (partOf(event, folder.bits) !== 0) return;
    this.#add(event, { number, key, events: folder.events });
    if (folder.events.count < this.#most) return;
    folder.bits++;
    folder.events = folder.events.keptIf((one) => partOf(one, folder.bits) === 0);
  }

  #add(
    event: Uint8Array,
    { number, key, events }: { number: number; key: string; events: EventTable },
  ): void {
    const first = events.add(event, key);
    if (first === undefined) return;
    const where = first === key ? 'in it before' : `in ${first} as well`;
    this.#book.add({ code: 'event-twice', key, message: `The event of line ${number} is ${where}.` });
  }
}

/** The folder of a key, with the slash at its end. */
function folderOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Which of 2^`bits` parts an event is of: by bits of its key that its place in the table does not go by. */
function partOf(event: Uint8Array, bits: number): number {
  return (((event[12] as number) << 8) | (event[13] as number)) & (2 ** bits - 1);
}
