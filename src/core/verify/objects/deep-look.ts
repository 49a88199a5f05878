import type { CompiledAuditType } from '../../audit-types/audit-type.ts';
import { typeNames } from '../../classify/build-rules.ts';
import type { EventVerdict } from '../../classify/classify-event.ts';
import { buildEventClassifier } from '../../classify/classify-event.ts';
import { eventKey, eventKeyBytes } from '../../classify/event-key.ts';
import type { FindingBook } from '../finding.ts';
import type { ContentEar } from './check-objects.ts';
import { partitionOfKey } from './partition-of-key.ts';

const lf = 0x0a;
/** Events of one folder whose keys are kept at once: 28 bytes each. */
const mostEvents = 8_000_000;

interface Folder {
  events: EventTable | undefined;
  /** Objects that are being read. */
  open: number;
}

/**
 * Looks at each line: whether its type and time are those of the partition it lies in, and whether its event is twice in its
 * folder (an event that is delivered twice has the same type and time, so it comes into the same folder).
 */
export class DeepLook {
  readonly #book: FindingBook;
  readonly #types: readonly string[];
  readonly #classify: ReturnType<typeof buildEventClassifier>;
  readonly #folders = new Map<string, Folder>();
  /** Lines whose type is not known here. */
  unknownLines = 0;

  constructor(types: readonly CompiledAuditType[], book: FindingBook) {
    this.#book = book;
    this.#types = typeNames(types);
    this.#classify = buildEventClassifier(types, this.#types, { selected: undefined, withIds: true });
  }

  /** Hears one object. Objects come folder by folder, some at once. */
  open(key: string): ContentEar {
    const name = key.slice(0, key.lastIndexOf('/') + 1);
    // What a folder was is let go when another one comes and nobody reads in it any more.
    for (const [other, { open }] of this.#folders)
      if (other !== name && open === 0) this.#folders.delete(other);
    const folder = this.#folders.get(name) ?? { events: new EventTable(), open: 0 };
    this.#folders.set(name, folder);
    folder.open++;
    const lines = new LineCutter((line, number) => this.#line({ line, number, key, folder }));
    return {
      take: (piece) => lines.take(piece),
      end: () => {
        lines.end();
        folder.open--;
      },
    };
  }

  end(): void {
    if (this.unknownLines > 0)
      this.#book.addUnproven({
        what: `that ${this.unknownLines} lines lie where they belong and are there once`,
        why: 'their audit type is not known here: name its schema with --schema',
      });
  }

  #line({ line, number, key, folder }: { line: Buffer; number: number; key: string; folder: Folder }): void {
    const verdict = this.#verdict(line);
    if (verdict?.ok !== true) {
      this.unknownLines++;
      return;
    }
    const { typeIndex, timeMs, id } = verdict;
    const type = this.#types[typeIndex] ?? '';
    const partition = partitionOfKey(key);
    if (partition !== undefined) {
      const isHome = timeMs >= partition.from && timeMs < partition.to && type === partition.type;
      if (!isHome)
        this.#book.add({
          code: 'line-misplaced',
          key,
          message: `Line ${number} is a ${type} event of ${new Date(timeMs).toISOString()}.`,
        });
    }
    this.#count(eventKey({ type, id, timeMs, line }), { number, key, folder });
  }

  #verdict(line: Buffer): EventVerdict | undefined {
    try {
      return this.#classify(JSON.parse(line.toString('utf8')));
    } catch {
      return undefined;
    }
  }

  #count(event: Uint8Array, { number, key, folder }: { number: number; key: string; folder: Folder }): void {
    const first = folder.events?.add(event, key);
    if (first !== undefined)
      this.#book.add({
        code: 'event-twice',
        key,
        message: `The event of line ${number} is ${first === key ? 'in it before' : `in ${first} as well`}.`,
      });
    if ((folder.events?.count ?? 0) < mostEvents) return;
    folder.events = undefined;
    this.#book.addUnproven({
      what: `that no event is twice among those behind the first ${mostEvents} of ${key.slice(0, key.lastIndexOf('/'))}`,
      why: 'there are more events in one folder than memory is taken for',
    });
  }
}

/** Cuts pieces into lines; a line that lies in several pieces is put together. */
class LineCutter {
  readonly #onLine: (line: Buffer, number: number) => void;
  #rest: Buffer[] = [];
  #number = 0;

  constructor(onLine: (line: Buffer, number: number) => void) {
    this.#onLine = onLine;
  }

  take(piece: Buffer): void {
    let start = 0;
    for (let end = piece.indexOf(lf); end !== -1; end = piece.indexOf(lf, start)) {
      this.#line(piece.subarray(start, end));
      start = end + 1;
    }
    if (start < piece.length) this.#rest.push(Buffer.from(piece.subarray(start)));
  }

  end(): void {
    if (this.#rest.length > 0) this.#line(Buffer.alloc(0));
  }

  #line(last: Buffer): void {
    const line = this.#rest.length === 0 ? last : Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#onLine(line, ++this.#number);
  }
}

/** The keys of events, and in which object each was first. */
class EventTable {
  #keys = Buffer.alloc(1024 * eventKeyBytes);
  #objectOf = new Uint32Array(1024);
  /** Open addressing; 0 is free, else number + 1. */
  #table = new Uint32Array(4096);
  readonly #objects: string[] = [];
  count = 0;

  /** Adds an event; answers with the object that it was in before, if it was. */
  add(event: Uint8Array, object: string): string | undefined {
    const key = Buffer.from(event.buffer, event.byteOffset, eventKeyBytes);
    const mask = this.#table.length - 1;
    let slot = key.readUInt32LE(0) & mask;
    for (let entry = this.#table[slot]; entry !== 0; entry = this.#table[slot]) {
      const at = ((entry as number) - 1) * eventKeyBytes;
      if (key.compare(this.#keys, at, at + eventKeyBytes) === 0)
        return this.#objects[this.#objectOf[(entry as number) - 1] as number];
      slot = (slot + 1) & mask;
    }
    this.#keep(key, object);
    this.#table[slot] = this.count;
    if (this.count * 2 > this.#table.length) this.#grow();
    return undefined;
  }

  #keep(key: Buffer, object: string): void {
    if (this.count === this.#objectOf.length) {
      this.#keys = Buffer.concat([this.#keys, Buffer.alloc(this.#keys.length)]);
      const grown = new Uint32Array(this.#objectOf.length * 2);
      grown.set(this.#objectOf);
      this.#objectOf = grown;
    }
    if (this.#objects.at(-1) !== object) this.#objects.push(object);
    key.copy(this.#keys, this.count * eventKeyBytes);
    this.#objectOf[this.count++] = this.#objects.length - 1;
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 4);
    for (let event = 0; event < this.count; event++) {
      let slot = this.#keys.readUInt32LE(event * eventKeyBytes) & (table.length - 1);
      while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = event + 1;
    }
    this.#table = table;
  }
}
