import type { ReadableStore } from '../e2e/read-export.ts';
import { readExport } from '../e2e/read-export.ts';
import type { WrittenLines } from './log-writer.ts';
import { eventKey } from './log-writer.ts';

const shown = 10;

/** Reads a store back and says what is not there exactly once, in its folder and byte for byte; nothing if all is. */
export async function differencesOf(
  written: readonly WrittenLines[],
  store: ReadableStore,
): Promise<string[]> {
  const expected = new Map<string, number>();
  for (const { events } of written) for (const [key, times] of events) expected.set(key, times);
  const differences: string[] = [];
  const found = await readExport(store);
  differences.push(...found.faults);
  for (const { key, folder, content } of found.objects) {
    for (const line of content.toString('utf8').split('\n').slice(0, -1)) {
      const left = (expected.get(eventKey(folder, line)) ?? 0) - 1;
      expected.set(eventKey(folder, line), left);
      if (left < 0) differences.push(`${key}: twice, or never written: ${line.slice(0, 120)}`);
    }
  }
  for (const [key, left] of expected) {
    const place = written.map((lines) => lines.placeOf(key)).find((found) => found !== undefined);
    if (left > 0) differences.push(`missing: ${place}`);
  }
  return differences.length > shown
    ? [...differences.slice(0, shown), `… and ${differences.length - shown} more`]
    : differences;
}
