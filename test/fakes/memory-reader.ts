import { AuditExportError } from '../../src/errors.ts';
import type { StoredObject, StoreReader } from '../../src/ports/store/store-reader.ts';

/** A store in memory for readers; whoever has the map may change it. */
export class MemoryReader implements StoreReader {
  readonly location = 'memory';
  readonly files: Map<string, Buffer>;

  constructor(files: ReadonlyMap<string, Buffer>) {
    this.files = new Map(files);
  }

  async *list(
    prefix: string,
    { startAfter = '' }: { startAfter?: string } = {},
  ): AsyncGenerator<StoredObject> {
    const keys = [...this.files.keys()].map((key) => ({ key, bytes: Buffer.from(key) }));
    keys.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
    for (const { key } of keys)
      if (key.startsWith(prefix) && (startAfter === '' || key > startAfter))
        yield { key, size: this.files.get(key)?.length ?? 0, modifiedMs: undefined, revision: '' };
  }

  async *read(key: string): AsyncGenerator<Buffer> {
    const content = this.files.get(key);
    if (content === undefined)
      throw new AuditExportError('source-unreadable', `${key} is not there.`, { details: { gone: true } });
    yield content;
  }

  async close(): Promise<void> {}
}
