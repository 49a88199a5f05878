import type { PushReport } from '../../core/accounting/push-report.ts';
import type { PushRequest } from './plan/check-request.ts';
import { noInput } from './plan/check-request.ts';
import { metered } from './session/metered.ts';
import type { PushHost } from './session/push-host.ts';
import type { PushPlan } from './plan/push-plan.ts';
import { planPush } from './plan/push-plan.ts';
import { recorded } from './session/recorded.ts';
import { shardOf } from './plan/scale-settings.ts';
import { endOfSources } from './session/problems.ts';
import { pushOnce } from './push-once.ts';
import type { Source } from '../../ports/sources/source.ts';
import type { Watch } from './session/session.ts';
import { Session } from './session/session.ts';

export type { PushRequest } from './plan/check-request.ts';

/**
 * Delivers lines of JSON to a store. Returns the report of the run, failed or not; throws what is wrong before anything
 * is read: `usage`, `schema-invalid`, `source-unreadable`, `busy`, and what opening the store fails with.
 */
export async function push(request: PushRequest, host: PushHost): Promise<PushReport> {
  const plan = await planPush(request, host);
  return recorded('push', plan, host, (recorder) =>
    metered(plan, host, (meter) => pushAsAsked(plan, host, { meter, recorder })),
  );
}

/**
 * Delivers sources of another command, which the journal does not know, by the settings of `push`. Returns the report of the
 * run, failed or not; throws what `push` throws.
 */
export async function pushOther(
  command: string,
  sources: readonly Source[],
  request: PushRequest,
  host: PushHost,
): Promise<PushReport> {
  const plan = await planPush(request, host);
  return recorded(command, plan, host, (recorder) =>
    metered(plan, host, async (meter) => {
      const watch = { meter, recorder };
      const session = await Session.open({
        plan,
        host,
        watch,
        signal: host.signal,
        mostListed: Infinity,
        command,
      });
      try {
        const parts = sources.map((source) => ({ source }));
        const { result } = await session.push({ parts, cut: plan.cut });
        return await session.finish(endOfSources(result));
      } finally {
        await session.close();
      }
    }),
  );
}

async function pushAsAsked(plan: PushPlan, host: PushHost, watch: Watch): Promise<PushReport> {
  const { inputs, options } = plan;
  if (options.fromSqs !== undefined) {
    const { pushFromQueue } = await import('./queue/from-queue.ts');
    return pushFromQueue(plan, options.fromSqs, host, watch);
  }
  const shard = shardOf(plan, host.jobIndex);
  if (inputs.length === 0 && host.stdinIsTerminal) throw noInput();
  if (options.follow) {
    const { follow } = await import('./follow/follow.ts');
    return follow(plan, host, watch);
  }
  return pushOnce(plan, host, watch, shard);
}
