import { AuditExportError } from '../../errors.ts';
import type { Timer } from '../../ports/clock.ts';
import type { SnowflakeSession, SnowflakeStatement } from '../../ports/snowflake.ts';

/** How statements are watched; lengths in milliseconds. */
export interface Watching {
  timer: Timer;
  /** A statement that takes longer is cancelled. */
  timeoutMs: number;
  /** Hears of a statement that takes longer than a minute. */
  onSlow: (statement: SnowflakeStatement) => void;
}

/** Somebody who waits is told by then what is waited for. */
const slowMs = 60_000;

/**
 * A session whose statements end: one that hangs is told of after a minute, and cancelled after `timeoutMs` with
 * `snowflake-failed`. Snowflake is told the same limit.
 */
export function watchedSession(session: SnowflakeSession, watching: Watching): SnowflakeSession {
  const { timer, timeoutMs, onSlow } = watching;
  return {
    host: session.host,
    account: session.account,
    close: () => session.close(),
    query: async (statement) => {
      const limit = new AbortController();
      const answered = new AbortController();
      const after = (ms: number, act: () => void): void => {
        void timer.sleep(ms, answered.signal).then(() => {
          if (!answered.signal.aborted) act();
        });
      };
      after(slowMs, () => onSlow(statement));
      after(timeoutMs, () => limit.abort());
      const signals = statement.signal === undefined ? [] : [statement.signal];
      try {
        return await session.query({
          timeoutSeconds: Math.ceil(timeoutMs / 1000),
          ...statement,
          signal: AbortSignal.any([...signals, limit.signal]),
        });
      } catch (error) {
        if (!limit.signal.aborted || statement.signal?.aborted === true) throw error;
        throw tooLong(session.account, timeoutMs, error);
      } finally {
        answered.abort();
      }
    },
  };
}

function tooLong(account: string, timeoutMs: number, cause: unknown): AuditExportError {
  return new AuditExportError(
    'snowflake-failed',
    `A statement on ${account} had no result after ${timeoutMs / 1000} seconds (--statement-timeout), and was cancelled.`,
    {
      cure: 'Use a shorter --window, which makes shorter statements, a larger warehouse, or a longer --statement-timeout.',
      cause,
    },
  );
}
