import type { HeldJournal } from '../../src/commands/push/session/push-host.ts';
import type { KeptBytes } from '../../src/ports/state/kept-bytes.ts';
import type { ObjectStore } from '../../src/ports/store/object-store.ts';
import type { SeenEvents } from '../../src/ports/state/seen-events.ts';
import type { SnowflakeSession } from '../../src/ports/snowflake.ts';

/** What a power cut throws. */
export class PowerCut extends Error {}

/**
 * Cuts the power at one step of a run: before the step is done, or right after it was. Steps are calls of the state, the
 * store and the session, in the order in which they come; whatever comes later fails as well, for the machine is off.
 */
export class PowerSwitch {
  /** Steps that the run has come to. */
  steps = 0;
  readonly names: string[] = [];
  readonly #at: number;
  readonly #after: boolean;
  #off = false;

  /** The power goes off at step `at` (from 0); never, where it is not said. */
  constructor(at = Number.POSITIVE_INFINITY, after = false) {
    this.#at = at;
    this.#after = after;
  }

  get isOff(): boolean {
    return this.#off;
  }

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#off) throw new PowerCut(name);
    const step = this.steps++;
    this.names.push(name);
    if (step === this.#at && !this.#after) this.#cut(name);
    const done = await work();
    if (step === this.#at) this.#cut(name);
    return done;
  }

  #cut(name: string): never {
    this.#off = true;
    throw new PowerCut(name);
  }

  journal(inner: HeldJournal): HeldJournal {
    const { journal } = inner;
    return {
      ...inner,
      journal: {
        state: journal.state,
        add: (record) => this.step(`journal: ${record.kind}`, () => journal.add(record)),
        history: () => journal.history(),
        close: () => journal.close(),
      },
      openKept: async (place) => this.#kept(await inner.openKept(place)),
      openSeenQueries: (source, days) => this.#seen(inner.openSeenQueries(source, days)),
    };
  }

  #kept(inner: KeptBytes): KeptBytes {
    return {
      get bytes() {
        return inner.bytes;
      },
      get segments() {
        return inner.segments;
      },
      begin: (source) =>
        this.step('begin segment', async () => {
          const writer = await inner.begin(source);
          return {
            get bytes() {
              return writer.bytes;
            },
            append: (bytes) => this.step('append', () => writer.append(bytes)),
            sync: () => writer.sync(),
            close: () => this.step('close segment', () => writer.close()),
            abandon: () => this.step('abandon', () => writer.abandon()),
          };
        }),
      read: (name) => inner.read(name),
      remove: (name) => this.step('remove segment', () => inner.remove(name)),
      close: () => inner.close(),
    };
  }

  #seen(inner: SeenEvents): SeenEvents {
    return {
      keys: inner.keys,
      daysOf: (keys) => inner.daysOf(keys),
      begin: () => {
        const batch = inner.begin();
        return { ...batch, commit: (day) => this.step('commit seen', () => batch.commit(day)) };
      },
      close: () => inner.close(),
    };
  }

  store(inner: ObjectStore): ObjectStore {
    return {
      location: inner.location,
      prefix: inner.prefix,
      put: (object) => this.step('put', () => inner.put(object)),
      close: () => inner.close(),
    };
  }

  session(inner: SnowflakeSession): SnowflakeSession {
    return {
      host: inner.host,
      account: inner.account,
      query: (statement) => this.step('query', () => inner.query(statement)),
      close: () => inner.close(),
    };
  }
}
