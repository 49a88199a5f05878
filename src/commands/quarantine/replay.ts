import type { PushReport } from '../../core/accounting/push-report.ts';
import { lineIdentity } from '../../core/quarantine/line-identity.ts';
import type { QuarantinedLine } from '../../ports/quarantine.ts';
import type { QuarantineShelf, ShelvedLine } from '../../ports/quarantine-shelf.ts';
import type { Source } from '../../ports/source.ts';
import { pushOther } from '../push/index.ts';
import type { PushRequest } from '../push/index.ts';
import type { PushHost } from '../push/push-host.ts';

const lineEnd = Buffer.from('\n');

/**
 * Pushes the lines of the quarantine again, after a fix. Those that are good now are delivered; those that are still bad
 * are set aside again, with the place where they first stood. The old lists are removed once all of that is durable.
 */
export async function replayQuarantine(
  request: PushRequest,
  host: PushHost,
  [shelf]: readonly QuarantineShelf[],
): Promise<PushReport> {
  if (shelf === undefined) throw new TypeError('no quarantine is named');
  const lists = await shelf.lists();
  const report = await pushOther('quarantine replay', [replaySource(lists, shelf)], request, host);
  const durable =
    report.error === null && report.balanced && report.outcome !== 'interrupted' && !report.dryRun;
  if (durable) await shelf.remove(lists.filter((list) => list !== report.quarantine.file));
  return report;
}

/** The lines of all lists as one source; each knows where it came from. */
function replaySource(lists: readonly string[], shelf: QuarantineShelf): Source {
  const places: QuarantinedLine[] = [];
  let forgotten = 0;
  return {
    name: 'quarantine',
    storedBytes: undefined,
    format: 'lines',
    // Lines come back in order, so the places before one that was asked for are never needed again.
    placeOf: (line) => {
      places.splice(0, line - 1 - forgotten);
      forgotten = line - 1;
      return places[0];
    },
    async *read(onStoredBytes) {
      const seen = new Set<string>();
      for (const list of lists) {
        for await (const shelved of shelf.lines(list)) {
          const identity = lineIdentity(shelved.line, shelved.bytes ?? shelved.rawFile ?? '');
          if (seen.has(identity)) continue;
          seen.add(identity);
          places.push(shelved.line);
          for await (const bytes of bytesOf(shelved, shelf)) {
            onStoredBytes(bytes.length);
            yield bytes;
          }
        }
      }
    },
  };
}

async function* bytesOf({ bytes, rawFile }: ShelvedLine, shelf: QuarantineShelf): AsyncGenerator<Buffer> {
  if (bytes !== undefined) yield bytes;
  else if (rawFile !== undefined) yield* shelf.rawBytes(rawFile);
  yield lineEnd;
}
