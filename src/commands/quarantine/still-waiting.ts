import type { PushReport } from '../../core/accounting/push-report.ts';
import type { QuarantineReader } from '../../ports/store/quarantine-reader.ts';
import { distinctLines, listsOf } from './waiting-lines.ts';

/** More are not counted: whoever has so many has been told. */
const mostCounted = 10_000;

/**
 * Lines that earlier runs have set aside from what this one did not read again: they still wait. At most 10,000 are counted.
 * Throws `quarantine-failed` for what can't be read.
 */
export async function stillWaiting(
  { sources, quarantine }: Pick<PushReport, 'sources' | 'quarantine'>,
  openQuarantines: () => Promise<readonly QuarantineReader[]>,
): Promise<number> {
  const known = new Set(sources.flatMap(({ name, knownLines = 0 }) => (knownLines > 0 ? [name] : [])));
  if (known.size === 0) return 0;
  const lists = (await listsOf(await openQuarantines())).filter(({ list }) => list !== quarantine.file);
  let lines = 0;
  for await (const { kept } of distinctLines(lists)) {
    if (known.has(kept.line.source)) lines++;
    if (lines === mostCounted) break;
  }
  return lines;
}
