import { describe, expect, test } from 'vitest';
import { BoundedQuarantine } from '../../../../src/core/quarantine/bounded-quarantine.ts';
import type { Log } from '../../../../src/ports/terminal/log.ts';
import type { QuarantinedLine } from '../../../../src/ports/store/quarantine.ts';
import { MemoryQuarantine } from '../../../fakes/memory-quarantine.ts';

const line: QuarantinedLine = {
  source: 'a',
  sourceHead: '',
  line: 1,
  offset: 0,
  reason: 'not-json',
  detail: '',
};

/** A quarantine of 10,000 bytes; `onSleep` is what happens while it waits. */
function bounded(stops: boolean, onSleep: (slept: number) => void = () => undefined) {
  const inner = new MemoryQuarantine();
  const told: string[] = [];
  const tell = (event: string): void => void told.push(event);
  const log: Log = { note: tell, warn: tell, error: tell };
  const controller = new AbortController();
  let slept = 0;
  const clock = {
    now: () => 0,
    sleep: async () => {
      slept++;
      if (slept > 100) throw new Error('it waits for ever');
      onSleep(slept);
    },
  };
  const quarantine = new BoundedQuarantine(
    inner,
    { folder: 'q', limit: 10_000, stops },
    { clock, log, signal: controller.signal },
  );
  return { quarantine, inner, told, stop: () => controller.abort() };
}

const bytes = Buffer.alloc(3000);

describe('a quarantine that is full', () => {
  test('lets reading wait until there is room, says so once, and drops nothing', async () => {
    const { quarantine, inner, told } = bounded(false, (slept) => {
      if (slept === 5) inner.lines.splice(0, 2);
    });
    for (let n = 0; n < 4; n++) await quarantine.add({ ...line, line: n }, bytes);
    expect(inner.lines.map((kept) => kept.line.line)).toEqual([2, 3]);
    expect(told).toEqual(['quarantine-full', 'quarantine-room']);
    // What was set aside so far could be dealt with meanwhile.
    expect(inner.sealed).toBe(1);
  });

  test('ends a run that may have so many bad lines only', async () => {
    const { quarantine, inner } = bounded(true);
    for (let n = 0; n < 2; n++) await quarantine.add(line, bytes);
    await expect(quarantine.add(line, Buffer.alloc(9000))).rejects.toMatchObject({
      code: 'quarantine-full',
      exitCode: 6,
    });
    expect(inner.lines).toHaveLength(2);
  });

  test('ends the waiting where the run is interrupted', async () => {
    const { quarantine, stop } = bounded(false, (slept) => {
      if (slept === 3) stop();
    });
    await expect(quarantine.add(line, Buffer.alloc(20_000))).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('counts the parts of a line that is too long for memory, and waits within it without closing the list', async () => {
    const { quarantine, inner } = bounded(false, () => inner.lines.splice(0));
    await quarantine.add(line, bytes);
    await quarantine.addPart(bytes);
    await quarantine.addPart(bytes);
    await quarantine.addPart(Buffer.alloc(2000));
    expect(inner.sealed).toBe(0);
    await quarantine.add(line, Buffer.alloc(0));
    expect(inner.lines.at(-1)?.bytes).toHaveLength(8000);
  });
});
