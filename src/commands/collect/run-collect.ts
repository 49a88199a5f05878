import { emptyBalance } from '../../core/accounting/balance.ts';
import { passingJournal } from '../../core/batches/passing-journal.ts';
import type { Checkpoint } from '../../core/collect/checkpoint.ts';
import { CollectAccount } from '../../core/collect/collect-account.ts';
import type { CollectResult, CollectState } from '../../core/collect/collect.ts';
import { collect } from '../../core/collect/collect.ts';
import { readAccount } from '../../core/collect/read-history.ts';
import type { MadeBy, MadeHistory } from '../../core/collect/made-by.ts';
import type { Maps } from '../../core/collect/translate/translate-query.ts';
import { Translator } from '../../core/collect/translator.ts';
import type { Destination } from '../../ports/store/destination.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import { takeJournal } from '../push/session/held-journal.ts';
import type { Session } from '../push/session/session.ts';
import type { DeliveryPlace } from './answer-delivery.ts';
import { AnswerDelivery } from './answer-delivery.ts';
import type { CollectHost, KeptMaps, ScratchPlace } from './collect-host.ts';
import type { Translation } from './collect-job.ts';
import { collectJob, mapsOf } from './collect-job.ts';
import type { CollectOutcome } from './collect-report.ts';
import {
  byHandState,
  checkpointIn,
  filesIn,
  journaledState,
  madeIn,
  passingState,
  printing,
} from './collect-state.ts';
import type { CollectOptions } from './settings.ts';

/** A run that can read. */
export interface Reading {
  options: CollectOptions;
  host: CollectHost;
  session: SnowflakeSession;
  translation: Translation;
}

/** What a run works with, once the name of the account is known; and where the next run begins, for one by hand. */
interface Opened {
  state: CollectState;
  next?: Checkpoint | undefined;
  /** By what the records of before were made, and the files of then. */
  made: MadeHistory;
  maps: KeptMaps | undefined;
}

/** Prints the records of what is new, or of all where no destination says what is; leaves no trace. */
export async function printRecords(
  reading: Reading,
  destination: Destination | undefined,
): Promise<CollectOutcome> {
  const { host } = reading;
  return withScratch(host, async (scratch) => {
    const account = new CollectAccount();
    const { cursors, maps } = await stateOf(destination, host);
    const known = (name: string): Checkpoint | undefined =>
      reading.options.again ? undefined : checkpointIn(cursors, name);
    const run = await read(reading, account, async (name) => ({
      state: passingState(scratch, known(name), printing(scratch, host)),
      made: madeIn(cursors, name),
      maps,
    }));
    const delivery = {
      balance: emptyBalance(),
      balanced: true,
      objects: { stored: 0, alreadyThere: 0, planned: 0 },
    };
    return {
      ...run,
      account,
      delivery: { ...delivery, contentBytes: 0, compressedBytes: 0 },
      failure: undefined,
    };
  });
}

/** Delivers what is new by the journal of the destination. Throws `busy` and `state-not-written`. */
export async function deliverRecords(reading: Reading, session: Session): Promise<CollectOutcome> {
  const { host, options } = reading;
  const account = new CollectAccount();
  const held = await takeJournal(session.plan, host.push);
  try {
    const delivery = new AnswerDelivery({ session, place: held, host: host.push, account });
    // Before anything is asked of Snowflake: what was begun needs nothing of it.
    if (!(await delivery.endBegun())) return outcomeOf(unread, { account, delivery, session });
    const { now, texts } = reading.translation;
    const { cursors } = held.journal.state;
    const maps = host.openMaps(held.folder);
    for (const [sha256, text] of texts) await maps.keep(sha256, text);
    const opened = (name: string) => ({ made: madeIn(cursors, name), maps });
    if (!options.again) {
      const run = await read(reading, account, async (name) => ({
        ...opened(name),
        state: await journaledState(held, { account: name, delivery, now }),
      }));
      await maps.keepOnly(new Set([...texts.keys(), ...filesIn(held.journal.state.cursors)]));
      return outcomeOf(run, { account, delivery, session });
    }
    return await withScratch(host, async (scratch) => {
      const run = await read(reading, account, async (name) => ({
        ...opened(name),
        state: await byHandState(held, scratch, { account: name, delivery, now }),
        next: checkpointIn(cursors, name),
      }));
      return outcomeOf(run, { account, delivery, session });
    });
  } finally {
    await held.release();
  }
}

/** The same without storing anything: its journal is forgotten. */
export async function rehearseRecords(reading: Reading, session: Session): Promise<CollectOutcome> {
  const { host, options } = reading;
  const { cursors, maps } = await stateOf(session.plan.place.destination, host);
  const known = (name: string): Checkpoint | undefined =>
    options.again ? undefined : checkpointIn(cursors, name);
  return withScratch(host, async (scratch) => {
    const account = new CollectAccount();
    const place = {
      journal: passingJournal(),
      openKept: async () => scratch.kept,
      objects: noObjects,
    };
    const delivery = new AnswerDelivery({ session, place, host: host.push, account });
    const run = await read(reading, account, async (name) => ({
      state: passingState(scratch, known(name), ({ name: segment, source, bytes }) =>
        delivery.deliver({ kind: 'kept', segment, source, bytes, from: beginning }, undefined),
      ),
      made: madeIn(cursors, name),
      maps,
    }));
    return outcomeOf(run, { account, delivery, session });
  });
}

/** A rehearsal reads no buckets. */
const noObjects: DeliveryPlace['objects'] = {
  add: () => Promise.resolve(),
  // eslint-disable-next-line require-yield -- None was delivered.
  async *all() {
    return undefined;
  },
};

const beginning = { stored: 0, offset: 0, lines: 0 };

/** What is known at a destination; nothing without one. */
async function stateOf(
  destination: Destination | undefined,
  host: CollectHost,
): Promise<{ cursors: ReadonlyMap<string, unknown>; maps: KeptMaps | undefined }> {
  if (destination === undefined) return { cursors: new Map(), maps: undefined };
  const { cursors, folder } = await host.readState(destination);
  return { cursors, maps: host.openMaps(folder) };
}

async function withScratch<R>(
  { openScratch }: CollectHost,
  act: (scratch: ScratchPlace) => Promise<R>,
): Promise<R> {
  const scratch = await openScratch();
  try {
    return await act(scratch);
  } finally {
    await scratch.close();
  }
}

type Run = Pick<CollectOutcome, 'result' | 'accountName' | 'location'>;

const unread: Run = {
  result: { checkpoint: undefined, untilNs: undefined, ended: 'undelivered', error: undefined },
  accountName: undefined,
  location: undefined,
};

/** Reads by the state that the account has as Snowflake itself names it, under whatever name it was reached. */
async function read(
  { options, host, session, translation }: Reading,
  account: CollectAccount,
  open: (name: string) => Promise<Opened>,
): Promise<Run> {
  const { signal } = host.push;
  let name: string;
  try {
    name = (await readAccount(session, signal)) ?? session.account;
  } catch (error) {
    const ended = signal.aborted ? 'interrupted' : 'failed';
    return { ...unread, result: { ...unread.result, ended, error } };
  }
  const { state, next, made, maps } = await open(name);
  const translator = new Translator({
    ...translation,
    history: made,
    again: options.again,
    load: (by) => loadMaps(by, maps, host),
  });
  const job = collectJob(options, { account: name, translator, next });
  const { onCommit } = host;
  const result: CollectResult = await collect(job, { session, state, account, onCommit, signal });
  return { result, accountName: name, location: state.location };
}

/** What is gone can't say what it made: it is told, and made again. */
async function loadMaps(
  by: MadeBy,
  maps: KeptMaps | undefined,
  { push: { log } }: CollectHost,
): Promise<Maps | undefined> {
  const found = await mapsOf(by, async (sha256) => maps?.read(sha256));
  if (found === undefined)
    log.warn(
      'map-gone',
      'The copy of a map by which records were made is gone from the state: what it made can be made again.',
      {
        users: by.users,
        dataSources: by.dataSources,
      },
    );
  return found;
}

function outcomeOf(
  run: Run,
  { account, delivery, session }: { account: CollectAccount; delivery: AnswerDelivery; session: Session },
): CollectOutcome {
  const { balance, balanced, contentBytes, compressedBytes } = session.report({ ended: 'complete' });
  return {
    ...run,
    account,
    delivery: { balance, balanced, objects: delivery.objects, contentBytes, compressedBytes },
    failure: delivery.failure,
  };
}
