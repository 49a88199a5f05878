import type { PushReport } from '../../core/accounting/push-report.ts';
import type { CutSettings } from '../../core/follow/cut-settings.ts';
import type { SegmentBooks } from '../../core/follow/segment-source.ts';
import { segmentSource } from '../../core/follow/segment-source.ts';
import { positionsBehind } from '../../core/follow/spooled-positions.ts';
import { pauseMs } from '../../core/delivery/back-off.ts';
import type { ReadySegment, WriteAheadSpool } from '../../ports/write-ahead-spool.ts';
import type { PushRequest } from './check-request.ts';
import type { Bell } from './follow-bell.ts';
import type { FollowLedger } from './follow-ledger.ts';
import { pushFrom } from './index.ts';
import type { PushHost } from './push-host.ts';
import type { SharedHost } from './shared-host.ts';
import { shareHost } from './shared-host.ts';

export interface OutletOptions {
  host: PushHost;
  spool: WriteAheadSpool;
  ledger: FollowLedger;
  /** Rung when a batch is ready, and when no more will come. */
  ready: Bell;
  /** Rung when a batch was delivered. */
  freed: Bell;
  /** Aborted when the time to deliver is over. */
  deadline: AbortSignal;
  onDelivered: (report: PushReport, segment: ReadySegment) => void;
}

/** A batch that fails for a reason that the store's own patience does not cover is begun again, later and later. */
const backOff = { firstMs: 2000, mostMs: 60_000 };

/**
 * Delivers batches one after the other, each by the settings it was closed with, and never gives one up. What it needs is
 * kept open from batch to batch until the settings change.
 */
export class Outlet {
  readonly #options: OutletOptions;
  #request: PushRequest;
  #shared: { key: string; shared: SharedHost } | undefined;
  /** Ends the attempt under way: there are new settings. */
  #reloaded = new AbortController();
  #failures = 0;

  constructor(options: OutletOptions, request: PushRequest) {
    this.#options = options;
    this.#request = request;
  }

  /** Delivers until `isLast` says that no more batches will come, or the deadline. Never throws. */
  async run(isLast: () => boolean): Promise<void> {
    const { spool, ready, deadline } = this.#options;
    while (!deadline.aborted) {
      const [segment] = spool.ready;
      if (segment !== undefined) await this.#attempt(segment);
      else if (isLast()) break;
      else await ready.wait(deadline);
    }
    await this.#close();
  }

  /** Goes on by other settings to the same destination: credentials, role, retries. Batches keep those that decide how they are cut. */
  use(request: PushRequest): void {
    this.#request = request;
    this.#reloaded.abort();
  }

  /** One attempt at a batch. */
  async #attempt(segment: ReadySegment): Promise<void> {
    const { host, spool, ledger, freed, deadline, onDelivered } = this.#options;
    if (this.#reloaded.signal.aborted) {
      this.#reloaded = new AbortController();
      this.#failures = 0;
      await this.#close();
    }
    const stop = AbortSignal.any([deadline, this.#reloaded.signal]);
    try {
      const report = await this.#push(segment, stop);
      if (report.outcome === 'interrupted') return;
      if (report.error !== null || !report.balanced) throw new BatchFailed(report);
      await ledger.advance(positionsBehind(segment.latest, ledger.positions(), host.clock.now()));
      await spool.remove(segment);
      this.#failures = 0;
      onDelivered(report, segment);
      freed.ring();
    } catch (error) {
      if (stop.aborted) return;
      this.#failures++;
      await this.#close();
      this.#tell(error, segment);
      // At least half of it: what fails at once must not fail all the time.
      const fraction = 0.5 + host.random.fraction() / 2;
      await host.clock.sleep(pauseMs(backOff, this.#failures, fraction), stop);
    }
  }

  async #push(segment: ReadySegment, signal: AbortSignal): Promise<PushReport> {
    const { cut } = segment;
    const { source, books } = segmentSource(`batch ${segment.name}`, segment.bytes, segment.read);
    const request = { ...this.#request, options: { ...this.#request.options, ...optionsOf(cut) } };
    const report = await pushFrom(async () => [source], request, { ...this.#host(cut), signal });
    return withOrigins(report, books);
  }

  #host(cut: CutSettings): PushHost {
    const key = JSON.stringify(cut);
    if (this.#shared?.key !== key) {
      const old = this.#shared?.shared;
      // Closed beside what goes on; what it fails with is nobody's loss.
      void old?.close().catch(() => undefined);
      const host = { ...this.#options.host, readOwnTypes: async () => [...cut.ownTypes] };
      this.#shared = { key, shared: shareHost(host) };
    }
    return this.#shared.shared.host;
  }

  async #close(): Promise<void> {
    await this.#shared?.shared.close().catch(() => undefined);
    this.#shared = undefined;
  }

  #tell(error: unknown, segment: ReadySegment): void {
    if (this.#failures !== 1) return;
    const message = `A batch can't be delivered: ${(error as Error).message} It is kept, and tried again until it works.`;
    this.#options.host.log.error('batch-failed', message, { batch: segment.name });
  }
}

/** The report of a batch, in terms of the sources that its lines came from. */
function withOrigins(report: PushReport, books: SegmentBooks): PushReport {
  return {
    ...report,
    sources: [...books.sources].map(([name, { storedBytes, lines }]) => ({
      name,
      format: 'lines',
      storedBytes,
      lines,
      reformatted: false,
    })),
    warnings: report.warnings.map((warning) => {
      const { source = warning.firstSource, line = warning.firstLine } =
        books.placeOf(warning.firstLine) ?? {};
      return { ...warning, firstSource: source, firstLine: line };
    }),
  };
}

/** What a report tells, thrown. */
class BatchFailed extends Error {
  constructor({ error }: PushReport) {
    super(error === null ? 'Its balance sheet does not come out right.' : error.message);
    this.name = 'BatchFailed';
  }
}

/** A batch's settings as options of a push. */
function optionsOf(
  cut: CutSettings,
): Pick<
  PushRequest['options'],
  'objectSize' | 'layout' | 'partition' | 'types' | 'maxLine' | 'compression' | 'schemas'
> {
  const { objectBytes, layout, types, maxLineBytes, compression } = cut;
  return {
    objectSize: objectBytes,
    layout,
    partition: 'day',
    types: types === undefined ? undefined : [...types],
    maxLine: maxLineBytes,
    compression,
    schemas: undefined,
  };
}
