import type { ReadableStore } from '../e2e/read-export.ts';
import { readExport } from '../e2e/read-export.ts';
import type { WrittenLines } from './log-writer.ts';
import { eventKey } from './log-writer.ts';

/** Reads a store back and says what is not there exactly once, in its folder and byte for byte; nothing if all is. */
export async function differencesOf(
  written: readonly WrittenLines[],
  store: ReadableStore,
): Promise<string[]> {
  const expected = new Map<string, number>();
  for (const { events } of written) for (const [key, times] of events) expected.set(key, times);
  const differences: string[] = [];
  const keys = new Map<string, string>();
  const found = await readExport(store);
  differences.push(...found.faults);
  for (const { key, folder, content } of found.objects) {
    for (const line of content.toString('utf8').split('\n').slice(0, -1)) {
      const event = eventKey(folder, line);
      const left = (expected.get(event) ?? 0) - 1;
      expected.set(event, left);
      if (left < 0)
        differences.push(
          `twice, or never written: ${placeIn(written, event)} in ${key}, before in ${keys.get(event) ?? 'none'}`,
        );
      keys.set(event, key);
    }
  }
  for (const [key, left] of expected) {
    if (left > 0) differences.push(`missing: ${placeIn(written, key)}`);
  }
  return differences;
}

function placeIn(written: readonly WrittenLines[], key: string): string {
  return written.map((lines) => lines.placeOf(key)).find((found) => found !== undefined) ?? key;
}
