import { describe, expect, test } from 'vitest';
import { FaultEngine } from '../../../../src/adapters/emulator/faults/fault-engine.ts';
import { isAimedAt } from '../../../../src/adapters/emulator/faults/match.ts';

const put = { service: 's3', operation: 'PutObject', bucket: 'b', key: 'audit/a.gz' };

describe('what a fault is aimed at', () => {
  test.each([
    [undefined, true],
    [{}, true],
    [{ service: 's3' }, true],
    [{ service: 'iam' }, false],
    [{ operation: 'Put*' }, true],
    [{ operation: 'putobject' }, true],
    [{ operation: 'Get*' }, false],
    [{ bucket: 'b', key: 'audit/*' }, true],
    [{ key: 'AUDIT/*' }, false],
    [{ key: 'audit/?.gz' }, true],
    [{ key: 'audit/axgz' }, false],
  ])('%j', (match, expected) => {
    expect(isAimedAt(match, put)).toBe(expected);
  });

  test('a part the request does not have is not met', () => {
    const listing = { service: 's3', operation: 'ListBuckets', bucket: undefined, key: undefined };
    expect(isAimedAt({ bucket: '*' }, listing)).toBe(false);
  });
});

describe('faults', () => {
  function engine(): { engine: FaultEngine; time: { now: number } } {
    const time = { now: 1_000_000 };
    return { time, engine: new FaultEngine(() => time.now, 7) };
  }

  test('skip and count pick out the requests that are hit', () => {
    const { engine: faults } = engine();
    faults.add({ kind: 'error', status: 500, skip: 2, count: 1 });
    const hits = Array.from({ length: 5 }, () => faults.effectsOn(put).error?.code);
    expect(hits).toEqual([undefined, undefined, 'InternalError', undefined, undefined]);
  });

  test('a share of the requests is hit, and the same ones for the same seed', () => {
    const run = (seed: number): boolean[] => {
      const { engine: faults } = engine();
      faults.add({ kind: 'error', rate: 0.3, seed });
      return Array.from({ length: 500 }, () => faults.effectsOn(put).error !== undefined);
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    const share = run(1).filter(Boolean).length / 500;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
  });

  test('a fault begins and ends at its time', () => {
    const { engine: faults, time } = engine();
    faults.add({ kind: 'error', afterMs: 100, forMs: 50 });
    const hitAt = (ms: number): boolean => {
      time.now = 1_000_000 + ms;
      return faults.effectsOn(put).error !== undefined;
    };
    expect([0, 99, 100, 149, 150].map(hitAt)).toEqual([false, false, true, true, false]);
  });

  test('a throttle lets so many through a second', () => {
    const { engine: faults, time } = engine();
    faults.add({ kind: 'throttle', perSecond: 2 });
    const code = (): string => faults.effectsOn(put).error?.code ?? 'through';
    expect([code(), code(), code()]).toEqual(['through', 'through', 'SlowDown']);
    time.now += 500;
    expect([code(), code()]).toEqual(['through', 'SlowDown']);
  });

  test('IAM and STS call it Throttling', () => {
    const { engine: faults } = engine();
    faults.add({ kind: 'throttle', perSecond: 0 });
    const target = { service: 'iam', operation: 'GetRole', bucket: undefined, key: undefined };
    expect(faults.effectsOn(target).error).toMatchObject({ status: 400, code: 'Throttling' });
  });

  test('faults add up, and can be listed, removed and cleared', () => {
    const { engine: faults } = engine();
    const first = faults.add({ kind: 'slow', ms: 10 });
    faults.add({ kind: 'slow', ms: 5 });
    faults.add({ kind: 'deny' });
    expect(faults.effectsOn(put)).toMatchObject({
      delayMs: 15,
      denied: true,
      kinds: ['slow', 'slow', 'deny'],
    });
    faults.remove(first);
    expect(faults.list().map(({ kind }) => kind)).toEqual(['slow', 'deny']);
    faults.clear();
    expect(faults.effectsOn(put).kinds).toEqual([]);
  });
});
