import { createHash } from 'node:crypto';
import { lineIdentity } from '../../core/quarantine/line-identity.ts';
import { AuditExportError } from '../../errors.ts';
import type { QuarantineReader, KeptLine } from '../../ports/store/quarantine-reader.ts';
import { listsOf, NamedLines, waitingLines } from './waiting-lines.ts';
import type { ReasonCode } from '../../ports/store/quarantine.ts';

/** What was dropped. `--json` prints it: schemas/quarantine-drop.schema.json. */
export interface QuarantineDrop {
  report: 'quarantine-drop';
  version: 1;
  /** Files that it is written down in. */
  logs: string[];
  dropped: DroppedLine[];
}

/** What stays known of a line that was dropped; its content does not. */
export interface DroppedLine {
  at: string;
  /** Why, in the words of whoever dropped it. */
  why: string;
  id: string;
  destination: string;
  source: string;
  line: number;
  offset: number;
  reason: ReasonCode;
  bytes: number;
  sha256: string;
}

export interface DropRequest {
  ids: readonly string[];
  all: boolean;
  reason: string | undefined;
  /** Epoch milliseconds. */
  nowMs: number;
}

/**
 * Takes lines out of the quarantine for good, without delivering them: they are written down first, with the reason.
 * Throws `missing-answer` where reason or lines are not said, and `usage` for a line that does not wait; then nothing is
 * dropped.
 */
export async function dropQuarantined(
  quarantines: readonly QuarantineReader[],
  request: DropRequest,
): Promise<QuarantineDrop> {
  const { ids, all, reason = '', nowMs } = request;
  demandAnswers(request);
  const named = new NamedLines(ids);
  const at = new Date(nowMs).toISOString();
  const found = new Map<QuarantineReader, Map<string, DroppedLine>>();
  const lists = new Map<string, QuarantineReader>();
  for await (const { id, list, quarantine, kept } of waitingLines(await listsOf(quarantines))) {
    if (!all && !named.has(id)) continue;
    lists.set(list, quarantine);
    const lines = found.get(quarantine) ?? new Map<string, DroppedLine>();
    found.set(quarantine, lines);
    if (!lines.has(id)) lines.set(id, { at, why: reason.trim(), id, ...(await factsOf(kept, quarantine)) });
  }
  named.demandAll();
  const logs: string[] = [];
  for (const [quarantine, lines] of found) logs.push(await quarantine.noteDropped([...lines.values()]));
  for (const [list, quarantine] of lists)
    await quarantine.takeOut(list, (kept) => found.get(quarantine)?.has(lineIdentity(kept)) === true);
  const dropped = [...found.values()].flatMap((lines) => Array.from(lines.values()));
  return { report: 'quarantine-drop', version: 1, logs, dropped };
}

function demandAnswers({ ids, all, reason = '' }: DropRequest): void {
  if (reason.trim() === '')
    throw new AuditExportError('missing-answer', 'It is not said why lines are to be dropped.', {
      cure: 'Add --reason TEXT: it is kept beside the quarantine, for whoever asks later.',
      details: { missing: '--reason' },
    });
  if (all === ids.length > 0)
    throw new AuditExportError(
      all ? 'usage' : 'missing-answer',
      all ? 'Ids and --all are two ways to say which lines to drop.' : 'It is not said which lines to drop.',
      { cure: 'Name their ids, or say --all. To see them: audit-export quarantine list' },
    );
}

async function factsOf(
  { line, destination, bytes, rawFile }: KeptLine,
  quarantine: QuarantineReader,
): Promise<Omit<DroppedLine, 'at' | 'why' | 'id'>> {
  const { source, line: number, offset, reason } = line;
  const hash = createHash('sha256').update(bytes ?? '');
  let length = bytes?.length ?? 0;
  if (rawFile !== undefined)
    for await (const piece of quarantine.rawBytes(rawFile)) {
      hash.update(piece);
      length += piece.length;
    }
  const sha256 = hash.digest('hex');
  return { destination: destination.text, source, line: number, offset, reason, bytes: length, sha256 };
}
