import type { PushReport } from '../../../core/accounting/push-report.ts';
import { AuditExportError } from '../../../errors.ts';
import { Follower } from './follower.ts';
import { LiveLine } from './live-line.ts';
import { holdJournal } from '../session/held-journal.ts';
import type { PushHost } from '../session/push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';
import { telling } from '../session/seen-index.ts';
import type { Watch } from '../session/session.ts';
import { Session } from '../session/session.ts';

/** Sources and objects that the report lists one by one: a follower has no end. */
const mostListed = 10_000;

/**
 * Delivers what is written to files, folders and pipes, until the pipes end or somebody says stop: the catalogue and the
 * journal of every push, in a loop. What comes out of pipes is kept on disk until it is delivered. Returns one report for
 * all batches of this process; throws what is wrong before anything is read.
 */
export async function follow(plan: PushPlan, given: PushHost, watch: Watch): Promise<PushReport> {
  checkFollowing(plan);
  const live = new LiveLine(given.live, given.clock);
  const host: PushHost = { ...given, progress: live, log: live.above(given.log) };
  const deadline = new AbortController();
  const openSession = (asked: PushPlan, books?: Session['books']): Promise<Session> =>
    Session.open({ plan: asked, host, watch, signal: deadline.signal, mostListed, books });
  const session = await openSession(plan);
  try {
    const held = await holdJournal(plan, host);
    if (held === undefined)
      throw new AuditExportError(
        'state-not-written',
        'There is no place for the journal, and --follow needs one.',
        {
          cure: 'Set XDG_STATE_HOME to a folder that this user may write to.',
        },
      );
    try {
      const kept = await held.openKept();
      const inputs = await host.openFollowed(plan.inputs, plan.written);
      const { dedupe } = plan.options;
      const seen = dedupe === undefined ? undefined : telling(held.openSeen(dedupe), host);
      const follower = new Follower({
        host,
        live,
        watch,
        session,
        held,
        kept,
        inputs,
        seen,
        deadline,
        openSession,
      });
      try {
        return await follower.run();
      } finally {
        await follower.close();
        await seen?.close();
        await inputs.close();
        await kept.close();
      }
    } finally {
      await held.release();
    }
  } finally {
    await session.close();
  }
}

function checkFollowing({ options }: PushPlan): void {
  const contradictions: readonly [boolean, string, string][] = [
    [options.dryRun, '--dry-run', 'it would never end'],
    [options.strict, '--strict', 'one bad line would end it for good; look at the quarantine instead'],
    [options.limitBad !== undefined, '--limit-bad', 'it would end for good; look at the quarantine instead'],
    [options.shard !== undefined, '--shard', 'let each machine follow its own files'],
    [options.final, '--final', 'it ends the last line of files that are written to'],
    [options.reread, '--reread', 'it offers again what was delivered; run it without --follow'],
  ];
  for (const [isGiven, flag, why] of contradictions)
    if (isGiven)
      throw new AuditExportError('usage', `--follow and ${flag} can't be used together: ${why}.`, {
        cure: `Leave out ${flag}, or --follow.`,
      });
}
