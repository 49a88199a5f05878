import { expect, test } from 'vitest';
import { watchedSession } from '../../../../src/core/collect/watched-session.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type {
  SnowflakeResult,
  SnowflakeSession,
  SnowflakeStatement,
} from '../../../../src/ports/snowflake.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

/** A timer whose time is moved by hand. */
function handTimer(): {
  timer: Parameters<typeof watchedSession>[1]['timer'];
  advance: (ms: number) => Promise<void>;
} {
  let nowMs = 0;
  const waiting: { atMs: number; wake: () => void }[] = [];
  return {
    timer: {
      now: () => nowMs,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          waiting.push({ atMs: nowMs + ms, wake: resolve });
          signal.addEventListener('abort', () => resolve());
        }),
    },
    advance: async (ms) => {
      nowMs += ms;
      for (const { atMs, wake } of waiting) if (atMs <= nowMs) wake();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}

/** A session whose statements have no result until they are cancelled. */
function hanging(asked: SnowflakeStatement[]): SnowflakeSession {
  return {
    host: 'h',
    account: 'A',
    close: async () => undefined,
    query: (statement) => {
      asked.push(statement);
      return new Promise<SnowflakeResult>((_, reject) => {
        statement.signal?.addEventListener('abort', () =>
          reject(new AuditExportError('interrupted', 'stopped', {})),
        );
      });
    },
  };
}

test('a statement that hangs is told of after a minute and cancelled after the timeout, with a cure', async () => {
  const { timer, advance } = handTimer();
  const asked: SnowflakeStatement[] = [];
  const slow: string[] = [];
  const session = watchedSession(hanging(asked), {
    timer,
    timeoutMs: 600_000,
    onSlow: ({ text }) => slow.push(text),
  });
  const ended = rejectionOf(session.query({ text: 'SELECT 1' }));
  await advance(59_000);
  expect(slow).toEqual([]);
  await advance(1000);
  expect(slow).toEqual(['SELECT 1']);
  await advance(540_000);
  const { code, message, cure } = await ended;
  expect([code, message]).toEqual(['snowflake-failed', expect.stringContaining('600 seconds')]);
  expect(cure).toContain('--window');
  expect(asked[0]?.timeoutSeconds).toBe(600);
});

test('a run that is stopped is stopped, not too slow', async () => {
  const { timer } = handTimer();
  const stop = new AbortController();
  const session = watchedSession(hanging([]), { timer, timeoutMs: 1000, onSlow: () => undefined });
  const ended = rejectionOf(session.query({ text: 'SELECT 1', signal: stop.signal }));
  stop.abort();
  expect((await ended).code).toBe('interrupted');
});
