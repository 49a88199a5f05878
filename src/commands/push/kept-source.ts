import type { SourcePart } from '../../core/push/source-part.ts';
import type { KeptBytes } from '../../ports/kept-bytes.ts';
import type { KeptPart, Part } from '../../ports/batch.ts';
import type { Standing } from '../../ports/journal.ts';

/** A part that was kept on disk, as a source of lines; undefined where it is gone. */
export function keptSource(
  { segment, source, from, bytes }: KeptPart,
  kept: KeptBytes,
): SourcePart | undefined {
  if (!kept.segments.some(({ name }) => name === segment)) return undefined;
  return {
    from,
    source: {
      name: source,
      storedBytes: bytes,
      format: 'lines',
      async *read(onStoredBytes) {
        for await (const piece of kept.read(segment)) {
          onStoredBytes(piece.length);
          yield piece;
        }
      },
    },
  };
}

/** The journal's name for the segments that were delivered last. */
export const spoolCursor = 'spool';

/** The segments among parts. */
export function segmentsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (part.kind === 'kept' ? [part.segment] : []));
}

/** What the journal says of the spool behind a batch: its segments need not be there any more. */
export function standingOf(parts: readonly Part[]): Standing {
  const segments = segmentsOf(parts);
  return segments.length === 0 ? {} : { cursors: { [spoolCursor]: segments } };
}
