import * as zlib from 'node:zlib';
import type { Compression } from '../../core/delivery/codec.ts';
import type { FinishedObject } from '../../ports/object-store.ts';
import type { SeenEvents } from '../../ports/seen-events.ts';
import type { PushRequest } from './check-request.ts';
import type { PushHost } from './push-host.ts';
import { withRun } from './with-run.ts';

/**
 * Notes the events of an object that is in the store as seen: its content takes the usual way once more, in a run that
 * nobody is told of, and makes the same object.
 */
export async function noteEventsOf(
  object: FinishedObject,
  seen: SeenEvents,
  { request, host }: { request: PushRequest; host: PushHost },
): Promise<void> {
  const content = contentOf(object);
  const read = async function* (onStoredBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
    onStoredBytes(content.length);
    yield content;
  };
  const source = { name: object.key, storedBytes: content.length, format: 'lines', read } as const;
  const { meter: _, recorder: __, ...rest } = host;
  const progress = { update: (): void => undefined, end: (): void => undefined };
  await withRun(
    { ...request, options: { ...request.options, unwrap: 'none', compression: compressionOf(object) } },
    { ...rest, progress },
    async (run) => {
      const result = await run.push({ parts: [{ source }], objectBytes: Number.MAX_SAFE_INTEGER, seen });
      if (result.error !== undefined) throw result.error;
      return result;
    },
  );
}

/** Node has zstd from 22.15 and 23.8 on; who has written with it can read with it. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Buffer) => Buffer };

/** The object must come out as it is, whatever this run writes otherwise. */
function compressionOf({ key }: FinishedObject): Compression {
  if (key.endsWith('.gz')) return 'gzip';
  return key.endsWith('.zst') ? 'zstd' : 'none';
}

function contentOf({ key, body }: FinishedObject): Buffer {
  if (key.endsWith('.gz')) return zlib.gunzipSync(body);
  if (key.endsWith('.zst')) return zstdDecompressSync?.(body) ?? Buffer.alloc(0);
  return body;
}
