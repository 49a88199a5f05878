import { randomUUID } from 'node:crypto';
import type { Context, SimulatedAccount } from './account.ts';
import { checkView, contextFunctions, enterContext, needWarehouse } from './account.ts';
import type { SimulatedUser } from './account.ts';
import type { PagedResult } from './result-pages.ts';
import { pageResult } from './result-pages.ts';
import { viewsNamedIn } from './dialect.ts';
import { cancelled, notUnderstood, SqlProblem } from './sql-problem.ts';

/** The body of a POST, as far as this server reads it. */
export interface SubmitBody {
  statement?: unknown;
  timeout?: unknown;
  role?: unknown;
  warehouse?: unknown;
  bindings?: Record<string, { type: string; value: string | null }>;
  parameters?: Record<string, unknown>;
}

/** A statement, and what became of it. */
export interface StatementRecord {
  handle: string;
  requestId: string;
  user: string;
  text: string;
  queryTag: string | undefined;
  bindings: SubmitBody['bindings'];
  createdMs: number;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  /** How many looks it stays running for. */
  looksLeft: number;
  result?: PagedResult;
  problem?: SqlProblem;
  /** Until it has been worked out. */
  working?: Promise<void>;
}

export interface QueueSettings {
  account: SimulatedAccount;
  /** Simulated time, in milliseconds since 1970. */
  now: () => number;
  rowsPerPartition: () => number;
  /** For how many looks a statement is still running, by its text. */
  looks: (text: string) => number;
}

/** Results that are kept; those before them are forgotten with their rows. */
const keptResults = 16;

/** Takes statements, runs them, and keeps what they came to. A request id that was seen before runs nothing. */
export class StatementQueue {
  readonly #settings: QueueSettings;
  readonly #byHandle = new Map<string, StatementRecord>();
  readonly #byRequest = new Map<string, StatementRecord>();

  constructor(settings: QueueSettings) {
    this.#settings = settings;
  }

  /** All statements that were taken, oldest first. */
  get statements(): readonly StatementRecord[] {
    return [...this.#byHandle.values()];
  }

  /** Throws SqlProblem for a statement that does not compile. */
  async submit(user: SimulatedUser, body: SubmitBody, requestId: string): Promise<StatementRecord> {
    const before = this.#byRequest.get(requestId);
    if (before !== undefined) {
      await before.working;
      return before;
    }
    const { now, looks } = this.#settings;
    const text = typeof body.statement === 'string' ? body.statement : '';
    const tag = body.parameters?.['query_tag'];
    const record: StatementRecord = {
      handle: randomUUID(),
      requestId,
      user: user.name,
      text,
      queryTag: typeof tag === 'string' ? tag : undefined,
      bindings: body.bindings,
      createdMs: now(),
      state: 'running',
      looksLeft: looks(text),
    };
    this.#byHandle.set(record.handle, record);
    this.#byRequest.set(requestId, record);
    record.working = this.#work(record, user, body);
    await record.working;
    this.#forgetOld();
    return record;
  }

  async #work(record: StatementRecord, user: SimulatedUser, body: SubmitBody): Promise<void> {
    try {
      record.result = await this.#run(record.text, body, enterContext(this.#settings.account, user, body));
    } catch (error) {
      if (!(error instanceof SqlProblem)) throw error;
      record.problem = error;
    }
  }

  /** Looks at a statement: one that is slow gets nearer to its end. */
  look(handle: string): StatementRecord | undefined {
    const record = this.#byHandle.get(handle);
    if (record === undefined || record.state !== 'running') return record;
    if (record.looksLeft > 0) record.looksLeft--;
    else record.state = record.problem === undefined ? 'done' : 'failed';
    return record;
  }

  cancel(handle: string): StatementRecord | undefined {
    const record = this.#byHandle.get(handle);
    if (record?.state !== 'running') return record;
    record.state = 'cancelled';
    record.problem = cancelled();
    delete record.result;
    return record;
  }

  async #run(text: string, body: SubmitBody, context: Context): Promise<PagedResult> {
    const { account, now, rowsPerPartition } = this.#settings;
    if (!/^\s*(SELECT|WITH)\b/i.test(text)) throw notUnderstood('anything but SELECT');
    const views = viewsNamedIn(text);
    for (const view of views) checkView(account, context, view);
    if (views.length > 0 && !/\bLIMIT\s+0\s*$/i.test(text)) needWarehouse(context);
    const binds = Object.values(body.bindings ?? {});
    const table = await account.usage.run(text, {
      binds,
      nowMs: now(),
      context: contextFunctions(account, context),
    });
    return pageResult(table, rowsPerPartition());
  }

  #forgetOld(): void {
    const kept = this.statements.filter(({ result }) => result !== undefined);
    for (const record of kept.slice(0, Math.max(0, kept.length - keptResults))) delete record.result;
  }
}
