import type { RecordFile } from '../../../ports/state/record-file.ts';
import type { Spool } from '../../../ports/store/spool.ts';

/** Records of a log that lasts as long as the process: nobody goes on with it. Its segments lie in a spool. */
export class PassingRecords<T> implements RecordFile<T> {
  readonly records: readonly T[] = [];
  readonly bytes = 0;
  readonly #spool: Spool;
  /** Where segments are, and how long they are. */
  readonly #segments = new Map<string, { position: number; bytes: number }>();
  #made = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  async append(): Promise<void> {}

  async rewrite(): Promise<void> {}

  async putSegment(lines: readonly string[]): Promise<string> {
    const text = Buffer.from(JSON.stringify(lines));
    const name = String(this.#made++);
    this.#segments.set(name, { position: await this.#spool.write(text), bytes: text.length });
    return name;
  }

  async readSegment(name: string): Promise<string[]> {
    const { position, bytes } = this.#segments.get(name) ?? { position: 0, bytes: 0 };
    const text = Buffer.alloc(bytes);
    await this.#spool.read(position, text);
    return JSON.parse(text.toString('utf8')) as string[];
  }

  async keepSegments(names: readonly string[]): Promise<void> {
    for (const [name, { position, bytes }] of this.#segments)
      if (!names.includes(name)) {
        this.#spool.release(position, bytes);
        this.#segments.delete(name);
      }
  }

  async close(): Promise<void> {
    await this.#spool.close();
  }
}
