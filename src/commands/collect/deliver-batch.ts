import { emptyBalance } from '../../core/accounting/balance.ts';
import type { PushReport } from '../../core/accounting/push-report.ts';
import { printNanoseconds } from '../../core/collect/translate/snowflake-time.ts';
import type { BatchJournal, CollectState } from '../../ports/collect-state.ts';
import type { Source } from '../../ports/source.ts';
import type { PushPlan } from '../push/push-plan.ts';
import type { Watch } from '../push/session.ts';
import { Session } from '../push/session.ts';
import type { PushHost } from '../push/push-host.ts';
import type { Balance } from '../../ports/run-history.ts';

/** What the deliveries of a run came to. */
export class DeliveryAccount {
  readonly balance = emptyBalance();
  balanced = true;
  readonly objects = { stored: 0, alreadyThere: 0, planned: 0 };
  /** The objects of all batches, and what became of each audit type. */
  readonly reported: PushReport['objects'] = [];
  readonly types = new Map<string, PushReport['types'][number]>();
  readonly retries: PushReport['retries'] = {};
  contentBytes = 0;
  compressedBytes = 0;
  /** Of the last delivery, if it did not end well. */
  failure: PushReport | undefined;

  add(report: PushReport): void {
    for (const [name, lines] of Object.entries(report.balance) as [keyof Balance, number][])
      this.balance[name] += lines;
    this.balanced &&= report.balanced;
    for (const { status } of report.objects)
      this.objects[status === 'already-there' ? 'alreadyThere' : status] += 1;
    this.reported.push(...report.objects);
    for (const counts of report.types) this.#addType(counts);
    for (const [cause, times] of Object.entries(report.retries) as [keyof PushReport['retries'], number][])
      this.retries[cause] = (this.retries[cause] ?? 0) + times;
    this.contentBytes += report.contentBytes;
    this.compressedBytes += report.compressedBytes;
    this.failure = isDurable(report) ? undefined : report;
  }

  #addType(counts: PushReport['types'][number]): void {
    const known = this.types.get(counts.type);
    if (known === undefined) this.types.set(counts.type, { ...counts });
    else {
      for (const [name, lines] of Object.entries(counts))
        if (typeof lines === 'number') Object.assign(known, { [name]: numberIn(known, name) + lines });
    }
  }
}

function numberIn(counts: PushReport['types'][number], name: string): number {
  const lines: unknown = counts[name as keyof typeof counts];
  return typeof lines === 'number' ? lines : 0;
}

/** Whether all lines of a push are in the store, or set aside. */
function isDurable({ error, balanced, outcome }: PushReport): boolean {
  return error === null && balanced && outcome !== 'interrupted';
}

/** Delivers batches to a store that is open for all of them. */
export interface BatchDelivery {
  deliver: (journal: BatchJournal, state: CollectState) => Promise<boolean>;
  close: () => Promise<void>;
}

/**
 * Opens a session with the store; each batch then goes the way of `push`. Throws what is wrong with the settings of the
 * store: `usage`, `missing-answer`, `draft-profile`, and what opening it fails with.
 */
export async function openDelivery(
  plan: PushPlan,
  host: PushHost,
  { account, name, watch }: { account: DeliveryAccount; name: string; watch: Watch },
): Promise<BatchDelivery> {
  const session = await Session.open({ plan, host, watch, signal: host.signal, mostListed: Infinity });
  return {
    deliver: async (journal, state) => {
      const parts = [{ source: batchSource(journal, state, name) }];
      const { report } = await session.push({ parts, cut: plan.cut });
      account.add(report);
      return isDurable(report);
    },
    close: () => session.close(),
  };
}

/** The records of a batch as a source of plain lines. */
function batchSource(journal: BatchJournal, state: CollectState, name: string): Source {
  return {
    name: `snowflake ${name} ${printNanoseconds(BigInt(journal.fromNs)).slice(0, 19)}`,
    storedBytes: journal.bytes,
    format: 'lines',
    async *read(onStoredBytes) {
      for await (const piece of state.records(journal)) {
        onStoredBytes(piece.length);
        yield piece;
      }
    },
  };
}
