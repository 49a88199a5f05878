import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import type { HeldJournal, PushHost } from './push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';

/**
 * Opens the journal of a plan's destination, and says where the rules are others than they were. Undefined where none can be
 * kept and nobody relies on it: there is no profile, and no index of seen events. Throws `busy` and `state-not-written`.
 */
export async function holdJournal(
  plan: PushPlan,
  host: PushHost,
  shard?: string,
): Promise<HeldJournal | undefined> {
  const { place, options } = plan;
  try {
    const held = await takeJournal(plan, host, shard);
    await noteRules(plan, held, host).catch(async (error: unknown) => {
      await held.release();
      throw error;
    });
    return held;
  } catch (error) {
    const isUnwritable = isAuditExportError(error) && error.code === 'state-not-written';
    if (!isUnwritable || place.profile !== undefined || options.dedupe !== undefined) throw error;
    const message = `No journal is kept: files are read from their beginning, and one that grows is stored twice in parts. ${error.message}`;
    const shown = `${message}\n${error.cure === undefined ? '' : `  → ${error.cure}\n`}`;
    host.log.warn('no-journal', message, { cure: error.cure ?? null }, shown);
    return undefined;
  }
}

/** Opens the journal of a plan's destination. Throws `busy` and `state-not-written`. */
export async function takeJournal(
  { place, options }: Pick<PushPlan, 'place' | 'options'>,
  host: Pick<PushHost, 'openJournal'>,
  shard?: string,
): Promise<HeldJournal> {
  const held = await host.openJournal(place.destination, { shard, waitMs: options.lockWait });
  if ('holder' in held) throw busy(held.holder);
  return held;
}

function busy({ pid, host, startedAt }: { pid: number; host: string; startedAt: string }): AuditExportError {
  return new AuditExportError(
    'busy',
    `Another run to the same place is under way: process ${pid} on ${host}, since ${startedAt}.`,
    { cure: 'Run it again when that one has ended, or let it wait longer with --lock-wait 10m.' },
  );
}

/** Says once that what was delivered before was selected, filed or cut otherwise: it stays as it is. */
async function noteRules(
  { cut: { types, layout, objectBytes } }: PushPlan,
  { journal }: HeldJournal,
  { log, options }: PushHost & { options?: { quiet: boolean } },
): Promise<void> {
  const rules = JSON.stringify({ types: types?.toSorted() ?? 'all', layout, objectBytes });
  const before = journal.state.rules;
  if (before === rules) return;
  await journal.add({ kind: 'owner', rules });
  if (before === undefined || options?.quiet === true) return;
  const message =
    'Audit types, layout or object size are others than in the run before: files go on where they stood. To deliver what was delivered before by the new settings as well: push --again FILE.';
  log.note('rules-changed', message, { before, now: rules });
}
