import type { PushReport } from '../../core/accounting/push-report.ts';
import { destinationFlags } from '../../core/config/destination.ts';
import { formatCounted } from '../../core/report/format.ts';
import { shellWord } from '../../core/language/shell-word.ts';
import { AuditExportError } from '../../errors.ts';
import type { QuarantinedLine } from '../../ports/store/quarantine.ts';
import type { QuarantineReader, KeptLine } from '../../ports/store/quarantine-reader.ts';
import type { Source } from '../../ports/sources/source.ts';
import { pushOther } from '../push/index.ts';
import type { PushRequest } from '../push/index.ts';
import type { PushHost } from '../push/session/push-host.ts';
import { statePlaceOf } from '../push/plan/state-place.ts';
import type { WaitingList } from './waiting-lines.ts';
import { distinctLines, listsOf } from './waiting-lines.ts';
import type { Destination } from '../../ports/store/destination.ts';

const lineEnd = Buffer.from('\n');

/**
 * Pushes the lines of quarantines again, after a fix, to where they were to go and nowhere else. Those that are good now
 * are delivered; those that are still bad are set aside again, with the place where they first stood. The old lists are
 * removed once all of that is durable. Throws `usage` where all that waits was to go elsewhere, and what `push` throws.
 */
export async function replayQuarantine(
  request: PushRequest,
  host: PushHost,
  quarantines: readonly QuarantineReader[],
): Promise<PushReport> {
  const { destination } = await statePlaceOf(request, host);
  const lists = await listsOf(quarantines);
  await tellOthers(lists, destination, { request, host });
  const report = await pushOther('quarantine replay', [replaySource(lists, destination)], request, host);
  const durable =
    report.error === null && report.balanced && report.outcome !== 'interrupted' && !report.dryRun;
  if (durable)
    for (const { quarantine, list } of lists)
      if (list !== report.quarantine.file)
        await quarantine.takeOut(list, (line) => line.destination.id === destination.id);
  return report;
}

type Elsewhere = Destination & { lines: number };

/** Says what waits for other destinations, and stays. Throws `usage` where nothing else waits. */
async function tellOthers(
  lists: readonly WaitingList[],
  { id, text }: Destination,
  { request, host }: { request: PushRequest; host: PushHost },
): Promise<void> {
  const found = new Map<string, Elsewhere>();
  for await (const { kept } of distinctLines(lists)) {
    const known = found.get(kept.destination.id);
    found.set(kept.destination.id, { ...kept.destination, lines: (known?.lines ?? 0) + 1 });
  }
  const isMine = found.delete(id);
  if (found.size === 0) return;
  const staying = stayingLines([...found.values()], text, request);
  if (!isMine) throw staying;
  const { message, cure = '' } = staying;
  host.log.warn('quarantine-elsewhere', message, { cure }, `${message}\n  → ${cure}\n`);
}

function stayingLines(
  elsewhere: readonly Elsewhere[],
  text: string,
  { profile, options }: PushRequest,
): AuditExportError {
  const told = elsewhere.map(
    (other) => `${formatCounted(other.lines, 'line was', 'lines were')} to go to ${other.text}`,
  );
  const [first] = elsewhere;
  const words = [
    ...(profile === undefined ? [] : ['--profile', profile.name, '--config', profile.configFile]),
    ...(first === undefined ? [] : destinationFlags(first)),
    ...(options.quarantine === undefined ? [] : ['--quarantine', options.quarantine]),
  ];
  const who = profile === undefined ? 'this run' : `the profile ${profile.name}`;
  return new AuditExportError('usage', `${told.join(', ')}, and ${who} delivers to ${text}: they stay.`, {
    cure: `audit-export quarantine replay ${words.map(shellWord).join(' ')}`,
  });
}

/** The lines of a destination as one source; each knows where it came from. */
function replaySource(lists: readonly WaitingList[], destination: Destination): Source {
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
      for await (const { quarantine, kept } of distinctLines(lists)) {
        if (kept.destination.id !== destination.id) continue;
        places.push(kept.line);
        for await (const bytes of bytesOf(kept, quarantine)) {
          onStoredBytes(bytes.length);
          yield bytes;
        }
      }
    },
  };
}

async function* bytesOf({ bytes, rawFile }: KeptLine, quarantine: QuarantineReader): AsyncGenerator<Buffer> {
  if (bytes !== undefined) yield bytes;
  else if (rawFile !== undefined) yield* quarantine.rawBytes(rawFile);
  yield lineEnd;
}
