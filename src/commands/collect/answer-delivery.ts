import type { ReportEnd } from '../../core/accounting/push-report.ts';
import type { Batch, KeptPart } from '../../ports/state/batch.ts';
import { deliverFiles } from '../../core/batches/deliver-files.ts';
import type { CollectAccount } from '../../core/collect/collect-account.ts';
import { BucketObjects } from '../push/sources/bucket-objects.ts';
import { otherParts } from '../push/sources/other-parts.ts';
import { problemOf } from '../push/session/problems.ts';
import type { HeldJournal, PushHost } from '../push/session/push-host.ts';
import type { Session } from '../push/session/session.ts';

/** The journal that a delivery goes by, and what is kept with it. */
export type DeliveryPlace = Pick<HeldJournal, 'journal' | 'openKept' | 'objects'>;

export interface AnswerDeliveryParts {
  session: Session;
  place: DeliveryPlace;
  host: PushHost;
  account: CollectAccount;
}

const noChoices = { again: new Set<string>(), accept: new Set<string>() };

/** Delivers what was kept of Snowflake's answers by the journal, as every push delivers: begin, the road, done. */
export class AnswerDelivery {
  readonly #parts: AnswerDeliveryParts;
  readonly objects = { stored: 0, alreadyThere: 0, planned: 0 };
  /** How the last delivery ended, if it did not come to its end. */
  failure: ReportEnd | undefined;

  constructor(parts: AnswerDeliveryParts) {
    this.#parts = parts;
  }

  /** Ends what an earlier run has begun, with the same objects. Answers whether all of it is durable. */
  endBegun(): Promise<boolean> {
    return this.#deliver([], undefined);
  }

  /** Delivers a part as a batch, behind which these cursors are true. Answers whether it is durable. */
  deliver(part: KeptPart, cursors: Batch['cursors']): Promise<boolean> {
    return this.#deliver([part], cursors);
  }

  async #deliver(fresh: readonly KeptPart[], cursors: Batch['cursors']): Promise<boolean> {
    const { session, place, host } = this.#parts;
    const { plan } = session;
    const result = await deliverFiles(
      {
        cut: plan.cut,
        choices: noChoices,
        isFinal: false,
        reread: false,
        ...(cursors === undefined ? {} : { cursors }),
      },
      {
        journal: place.journal,
        files: host.files,
        list: async () => [],
        ...otherParts(new BucketObjects(place.objects), place, host),
        more: async () => fresh,
        isGiven: () => false,
        onUnreadable: () => undefined,
        onProblem: (problem) => {
          const { kind, message, cure } = problemOf(problem, plan);
          host.log.warn(kind, message, { cure });
        },
        newId: host.newId,
        now: host.clock.now,
        push: async (batch, parts, confirm) => {
          const { result: pushed, report } = await session.push({
            parts,
            cut: batch.cut,
            batch: batch.id,
            confirm,
          });
          await session.publish({ ifDue: true });
          for (const { status } of report.objects)
            this.objects[status === 'already-there' ? 'alreadyThere' : status] += 1;
          if (pushed.ended === 'complete') this.#countResumed(batch, fresh, report.balance.read);
          return pushed;
        },
      },
    );
    const { ended, error } = result;
    this.failure = ended === 'complete' ? undefined : { ended, error };
    return ended === 'complete';
  }

  #countResumed({ parts }: Batch, fresh: readonly KeptPart[], lines: number): void {
    const [part] = parts;
    if (part?.kind !== 'kept' || part.place === undefined || fresh.length > 0) return;
    const { account } = this.#parts;
    account.resumedBatches += 1;
    account.books.records += lines;
  }
}
