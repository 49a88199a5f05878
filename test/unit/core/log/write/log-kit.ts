import type { Leaf } from '../../../../../src/core/log/leaf.ts';
import type { LogRecord } from '../../../../../src/core/log/write/log-state.ts';
import type { LogStore } from '../../../../../src/core/log/write/log-store.ts';
import { LogWriter } from '../../../../../src/core/log/write/log-writer.ts';
import type { Signer } from '../../../../../src/ports/aws/signer.ts';
import type { MemoryRecordFile } from '../../../../fakes/memory-log.ts';

let ids = 0;

/** A store in memory that never overwrites and, like a bucket to a write-only role, reads nothing unless it is told to. */
export class LogBucket {
  readonly objects = new Map<string, Buffer>();
  puts = 0;
  mayRead = false;
  beforePut: (key: string) => void = () => undefined;
  afterPut: (key: string) => void = () => undefined;

  get store(): LogStore {
    return {
      put: async ({ key, body }) => {
        this.beforePut(key);
        if (this.objects.has(key)) return 'already-there';
        this.puts++;
        this.objects.set(key, body);
        this.afterPut(key);
        return 'stored';
      },
      read: async (key) => (this.mayRead ? this.objects.get(key) : undefined),
    };
  }
}

/** The writer of a log whose records are in memory. */
export async function openLog(
  file: MemoryRecordFile<LogRecord>,
  keys: { signer: Signer; former?: Signer },
): Promise<LogWriter> {
  return LogWriter.open({
    file,
    ...keys,
    now: () => Date.UTC(2026, 0, 1),
    newId: () => `log-${ids++}`,
    tool: 'audit-export 1',
    store: 'memory',
  });
}

/** A leaf of a run. */
export const leaf = (run: string): Leaf => ({
  kind: 'source',
  run,
  name: 'a.jsonl',
  from: 0,
  bytes: 1,
  sha256: '00',
  lines: 1,
});

/** Publishes all that is kept; the sizes of the checkpoints that came of it. */
export async function publish(writer: LogWriter, { store }: LogBucket): Promise<number[]> {
  const sizes: number[] = [];
  for await (const { size } of writer.publish(store)) sizes.push(size);
  return sizes;
}
