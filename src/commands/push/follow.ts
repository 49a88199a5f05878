import { AuditExportError, exitCodes, isAuditExportError } from '../../errors.ts';
import type { PushReport } from '../../core/accounting/push-report.ts';
import type { CutSettings } from '../../core/follow/cut-settings.ts';
import { readPositions } from '../../core/follow/spooled-positions.ts';
import type { Wrapping } from '../../core/lines/unwrap-line.ts';
import { FollowSum } from '../../core/follow/follow-sum.ts';
import type { TailEvent } from '../../ports/tail.ts';
import type { WriteAheadSpool } from '../../ports/write-ahead-spool.ts';
import { layoutOf, noInput, storeAddress } from './check-request.ts';
import type { PushRequest } from './check-request.ts';
import { Bell } from './follow-bell.ts';
import type { FollowParts, FollowPlace } from './follow-host.ts';
import { Intake } from './follow-intake.ts';
import { followLedger } from './follow-ledger.ts';
import type { FollowLedger } from './follow-ledger.ts';
import { Outlet } from './follow-outlet.ts';
import { checkSameDestination, placeOf } from './follow-place.ts';
import { FollowTeller } from './follow-teller.ts';
import { pushFrom } from './index.ts';
import type { LockedRun, PushHost } from './push-host.ts';
import { statePlaceOf } from './state-place.ts';
import { openSeen } from './seen-index.ts';

/**
 * Delivers what is written to files, folders and pipes, until a pipe ends or somebody says stop. Lines go to a spool on
 * disk as soon as they are read; batches of them are delivered one after the other, whatever is killed when. Returns one
 * report for all batches of this process; throws what is wrong before anything is read.
 */
export async function follow(request: PushRequest, host: PushHost): Promise<PushReport> {
  checkFollowing(request, host);
  const parts = await host.following();
  // A run without sources: opens everything once, so that what is wrong is told at once.
  const first = await pushFrom(async () => [], request, host);
  if (first.error !== null) return first;
  const place = await placeOf(request, first, host);
  const locked = await lock(place, request, host);
  const seen = await openSeen({ request, host, locked });
  try {
    const own = await parts.openOwnLedger(place);
    try {
      const ledger = followLedger([own, locked.ledger]);
      const cut = await cutSettings(request, host);
      const spool = await parts.openSpool(place, cut);
      return await new Following({
        request,
        host: {
          ...host,
          ...(seen === undefined ? {} : { seen }),
          keepWitnesses: (objects) => locked.ledger.keepWitnesses(objects),
        },
        parts,
        ledger,
        spool,
        cut,
        first,
        place,
      }).run();
    } finally {
      await own.close();
    }
  } finally {
    await seen?.close();
    await locked.release();
  }
}

interface FollowingOptions {
  request: PushRequest;
  host: PushHost;
  parts: FollowParts;
  ledger: FollowLedger;
  spool: WriteAheadSpool;
  cut: CutSettings;
  first: PushReport;
  place: FollowPlace;
}

/** One process that follows: intake and outlet side by side. */
class Following {
  readonly #options: FollowingOptions;
  readonly #sum: FollowSum;
  readonly #teller: FollowTeller;
  readonly #ready = new Bell();
  readonly #freed = new Bell();
  readonly #deadline = new AbortController();
  #request: PushRequest;
  #cut: CutSettings;
  /** Since when batches wait, oldest first. */
  #waiting: ReadonlyMap<string, number> = new Map();

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#sum = new FollowSum(options.first);
    this.#request = options.request;
    this.#cut = options.cut;
    const { log, clock } = options.host;
    this.#teller = new FollowTeller({ log, clock, options: options.request.options, spool: options.spool });
  }

  async run(): Promise<PushReport> {
    const { host, spool, ledger, parts } = this.#options;
    const tails = await this.#openTails();
    this.#teller.started(tails);
    const { clock, log } = host;
    const deadline = this.#deadline.signal;
    const intake = new Intake({
      spool,
      clock,
      log,
      deadline,
      ready: this.#ready,
      freed: this.#freed,
      cut: () => this.#cut,
      flushMs: () => this.#request.options.flushInterval,
      spoolBytes: this.#request.options.spoolSize,
      onTick: () => this.#showSpool(),
    });
    const outlet = new Outlet(
      {
        host,
        spool,
        ledger,
        deadline,
        ready: this.#ready,
        freed: this.#freed,
        onDelivered: (report) => {
          this.#sum.add(report);
          this.#teller.delivered(report);
          this.#showSpool();
          void host.recorder?.mark(() => this.#reportSoFar());
        },
      },
      this.#request,
    );
    const stopReloading = parts.onReload(() => void this.#reload(outlet));
    const drained = new AbortController();
    void this.#awaitDeadline(drained.signal);
    let hasEnded = false;
    let failure: unknown;
    const taking = intake
      .run(tails, host.signal)
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        hasEnded = true;
        this.#ready.ring();
      });
    await Promise.all([taking, outlet.run(() => hasEnded)]);
    drained.abort();
    stopReloading();
    this.#showSpool();
    const report = this.#report(failure);
    await spool.close();
    return report;
  }

  async #openTails(): Promise<ReturnType<Awaited<ReturnType<FollowParts['openInputs']>>['start']>> {
    const { host, parts, spool, ledger } = this.#options;
    const { inputs, options } = this.#request;
    const address = storeAddress(this.#request);
    const quarantine = options.quarantine ?? host.quarantineFolder(await statePlaceOf(this.#request, host));
    const written = [
      ...(quarantine === undefined ? [] : [quarantine]),
      ...(address.kind === 'folder' ? [address.path] : []),
    ];
    const opened = await parts.openInputs(inputs, {
      exceptBelow: written,
      rules: { maxLineBytes: options.maxLine, wrapping: wrappingOf(options.unwrap) },
      onEvent: (event: TailEvent) => this.#teller.event(event),
    });
    const spooled = spool.ready.map(({ latest }) => latest);
    return opened.start(readPositions(ledger.positions(), spooled, host.clock.now()));
  }

  /** After the signal there is so much time left to deliver. */
  async #awaitDeadline(drained: AbortSignal): Promise<void> {
    const { signal, clock } = this.#options.host;
    await new Promise<void>((resolve) => {
      if (signal.aborted || drained.aborted) resolve();
      for (const either of [signal, drained])
        either.addEventListener('abort', () => resolve(), { once: true });
    });
    if (drained.aborted) return;
    await clock.sleep(this.#request.options.drainTimeout, drained);
    this.#deadline.abort();
  }

  /** For whoever watches. How long a batch waits is counted from when it was first seen to wait. */
  #showSpool(): void {
    const { host, spool } = this.#options;
    const { bytes, ready } = spool;
    const known = this.#waiting;
    this.#waiting = new Map(ready.map(({ name }) => [name, known.get(name) ?? host.clock.now()]));
    host.meter?.spool({ bytes, oldestMs: this.#waiting.values().next().value });
  }

  async #reload(outlet: Outlet): Promise<void> {
    const { host, parts, place } = this.#options;
    try {
      const request = await parts.reload();
      storeAddress(request);
      const cut = await cutSettings(request, host);
      // Opens the store and builds the rules, and throws what is wrong with them.
      const opened = await pushFrom(async () => [], request, quiet(host));
      checkSameDestination(place, await placeOf(request, opened, host));
      this.#request = request;
      this.#cut = cut;
      outlet.use(request);
      this.#teller.reloaded();
    } catch (error) {
      this.#teller.notReloaded(error);
    }
  }

  #reportSoFar(): PushReport {
    const ended = { outcome: 'delivered', exitCode: exitCodes.done, error: null } as const;
    return this.#sum.report(ended, this.#options.host.clock.now());
  }

  #report(failure: unknown): PushReport {
    const { host, spool } = this.#options;
    const endedMs = host.clock.now();
    const isLeft = spool.ready.length > 0 || spool.openBytes > 0;
    if (isLeft) this.#teller.left();
    if (failure !== undefined) return this.#sum.report(failed(failure), endedMs);
    if (!this.#sum.balanced)
      return this.#sum.report({ outcome: 'failed', exitCode: exitCodes.bug, error: null }, endedMs);
    const isBad = this.#sum.quarantined > 0;
    const outcome = isLeft ? 'interrupted' : isBad ? 'delivered-with-quarantine' : 'delivered';
    // Told to stop it has done what it was told, whatever it has set aside.
    const exitCode = isBad && !host.signal.aborted ? exitCodes.quarantined : exitCodes.done;
    return this.#sum.report({ outcome, exitCode, error: null }, endedMs);
  }
}

/** Without progress and without alarms: only to see whether it works. */
function quiet(host: PushHost): PushHost {
  return { ...host, progress: { update: () => undefined, end: () => undefined } };
}

function checkFollowing({ inputs, options }: PushRequest, host: PushHost): void {
  if (inputs.length === 0 && host.stdinIsTerminal) throw noInput();
  const contradictions: readonly [boolean, string, string][] = [
    [options.dryRun, '--dry-run', 'it would never end'],
    [options.strict, '--strict', 'one bad line would end it for good; look at the quarantine instead'],
    [options.limitBad !== undefined, '--limit-bad', 'it would end for good; look at the quarantine instead'],
    [options.shard !== undefined, '--shard', 'let each machine follow its own files'],
  ];
  for (const [isGiven, flag, why] of contradictions)
    if (isGiven)
      throw new AuditExportError('usage', `--follow and ${flag} can't be used together: ${why}.`, {
        cure: `Leave out ${flag}, or --follow.`,
      });
}

async function lock(place: FollowPlace, request: PushRequest, host: PushHost): Promise<LockedRun> {
  const taken = await host.lockRun({ ...place, shard: undefined }, request.options.lockWait);
  if (!('holder' in taken)) return taken;
  const { pid, host: machine, startedAt } = taken.holder;
  throw new AuditExportError(
    'busy',
    `Another run to the same place is under way: process ${pid} on ${machine}, since ${startedAt}.`,
    { cure: 'Stop that one first, or let this one wait longer with --lock-wait 10m.' },
  );
}

/** Throws `schema-invalid` for a schema that can't be read. */
async function cutSettings({ options }: PushRequest, host: PushHost): Promise<CutSettings> {
  const { objectSize, types, maxLine, compression, schemas = [] } = options;
  return {
    objectBytes: objectSize,
    layout: layoutOf(options),
    ...(types === undefined ? {} : { types }),
    maxLineBytes: maxLine,
    compression,
    ownTypes: await host.readOwnTypes(schemas),
  };
}

function wrappingOf(unwrap: string): Wrapping | undefined {
  return unwrap === 'none' ? undefined : (unwrap as Wrapping);
}

function failed(error: unknown): Pick<PushReport, 'outcome' | 'exitCode' | 'error'> {
  if (isAuditExportError(error)) {
    const { code, message, cure, details, exitCode } = error;
    return { outcome: 'failed', exitCode, error: { code, message, cure: cure ?? null, details } };
  }
  const { message, stack } = error as Error;
  const told = { code: 'unexpected', message, cure: null, details: { stack } };
  return { outcome: 'failed', exitCode: exitCodes.bug, error: told };
}
