import { expect, test } from 'vitest';
import type { LogHost, LogPlan } from '../../../../src/commands/push/evidence/open-session-log.ts';
import { SessionLog } from '../../../../src/commands/push/evidence/session-log.ts';
import type { LogRecord } from '../../../../src/core/log/write/log-state.ts';
import { keptLog } from '../../../fakes/kept-log.ts';
import { MemoryRecordFile, memorySigner } from '../../../fakes/memory-log.ts';

test('a log that has no room is let go of, asked for once a run, and written when there is room', async () => {
  let opened = 0;
  let closed = 0;
  let isFull = true;
  const file = new MemoryRecordFile<LogRecord>();
  file.beforeWrite = () => {
    if (isFull) throw new Error('no space left');
  };
  const log = keptLog();
  const host = {
    openLog: async () => {
      opened += 1;
      const counted = Object.assign(file, { close: async () => void (closed += 1) });
      return { file: counted, signer: memorySigner(), isKept: true, tool: 'audit-export' };
    },
    newId: () => 'id',
    clock: { now: () => 0 },
    log,
    progress: { end: () => undefined },
  } as unknown as LogHost;
  const plan = {
    place: { destination: { text: './out' } },
    dryRun: false,
    options: { evidenceInterval: 3_600_000 },
  } as unknown as LogPlan;
  const session = new SessionLog(plan, host, 'push --follow');
  expect(await session.begin('one', 'layout')).toBeUndefined();
  await session.noteQuiet();
  expect({ opened, closed }).toEqual({ opened: 1, closed: 1 });
  expect(await session.begin('two', 'layout')).toBeUndefined();
  expect({ opened, closed, told: log.told.length }).toEqual({ opened: 2, closed: 2, told: 1 });
  isFull = false;
  expect(await session.begin('three', 'layout')).toEqual({ run: 'id', batch: 'three' });
  expect(await session.begin('four', 'layout')).toMatchObject({ batch: 'four' });
  expect(opened).toBe(3);
});
