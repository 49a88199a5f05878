import type { SourcePart } from '../../../core/push/source-part.ts';
import type { KeptBytes } from '../../../ports/state/kept-bytes.ts';
import type { HeldJournal } from '../session/push-host.ts';
import type { KeptPart, Part } from '../../../ports/state/batch.ts';
import type { Standing } from '../../../ports/state/journal.ts';

/** A part that was kept on disk, as a source of lines; undefined where not all of it is there. */
export function keptSource(
  { segment, source, from, bytes }: KeptPart,
  kept: KeptBytes,
): SourcePart | undefined {
  if (!kept.segments.some((one) => one.name === segment && one.bytes === bytes)) return undefined;
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

/** The segments of pipes among parts. */
export function segmentsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (part.kind === 'kept' && part.place === undefined ? [part.segment] : []));
}

/** Lets go of the kept bytes of a batch that is done. Throws `spool-failed`. */
export async function letGoOf(
  parts: readonly Part[],
  { openKept }: Pick<HeldJournal, 'openKept'>,
): Promise<void> {
  for (const part of parts) if (part.kind === 'kept') await (await openKept(part.place)).remove(part.segment);
}

/** What the journal says of the spool behind a batch: its segments need not be there any more. */
export function standingOf(parts: readonly Part[]): Standing {
  const segments = segmentsOf(parts);
  return segments.length === 0 ? {} : { cursors: { [spoolCursor]: segments } };
}
