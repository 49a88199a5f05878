import { describe, expect, test } from 'vitest';
import { buildAccessTest } from '../../../../src/commands/init/test-access.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { AccessProbe } from '../../../../src/ports/access-probe.ts';
import type { AccessVerdict, TestedAccess } from '../../../../src/ports/access-test.ts';

const url = 's3://acme-audit/altr/_audit-export/access-test/probe';

const access: TestedAccess = {
  roleArn: 'arn:aws:iam::111122223333:role/ALTRPublishSIEMDataAcme',
  externalId: 'org-42',
  bucket: 'acme-audit',
  region: 'eu-central-1',
  prefix: 'altr',
  bucketOwner: '111122223333',
  trustedAccountId: '111122223333',
  callerAccountId: '111122223333',
  patienceMs: 90_000,
};

const refusal = (code: ErrorCode = 'access-denied') => new AuditExportError(code, `refused: ${code}`);

/** When, in milliseconds after the start, each step begins to work. */
interface Timing {
  visible?: number | 'hidden';
  assumable?: number;
  /** Until then the role can be assumed without the external id. */
  openUntil?: number;
  writable?: number;
  error?: ErrorCode;
}

interface Ran extends AccessVerdict {
  waits: string[];
  sleeps: number[];
  closed: boolean;
}

async function testIn(timing: Timing, more: Partial<TestedAccess> = {}): Promise<Ran> {
  let now = 1_000_000;
  const startedMs = now;
  const waits: string[] = [];
  const sleeps: number[] = [];
  let closed = false;
  const since = (): number => now - startedMs;
  const demand = (from = 0): void => {
    if (since() < from) throw refusal(timing.error);
  };
  const probe: AccessProbe = {
    findRole: async () => {
      const { visible = 0 } = timing;
      if (visible === 'hidden') return 'hidden';
      return since() >= visible ? 'there' : 'missing';
    },
    assumeRole: async (externalId) => {
      if (externalId !== undefined) demand(timing.assumable);
      else if (since() >= (timing.openUntil ?? 0)) throw refusal();
    },
    putProbe: async () => {
      demand(timing.writable);
      return { status: 'stored', url };
    },
    close: async () => {
      closed = true;
    },
  };
  const verdict = await buildAccessTest({
    clock: { now: () => now },
    sleep: async (ms) => {
      sleeps.push(ms);
      now += ms;
    },
    openProbe: async () => probe,
  }).run({ ...access, ...more }, (what) => waits.push(what));
  return { ...verdict, waits, sleeps, closed };
}

const statuses = ({ checks }: AccessVerdict): string[] => checks.map(({ status }) => status);

test('what works at once passes at once, and says what it left', async () => {
  const ran = await testIn({});
  expect(ran).toMatchObject({
    verdict: 'passed',
    left: url,
    cure: null,
    waitedMs: 0,
    sleeps: [],
    closed: true,
  });
  expect(statuses(ran)).toEqual(['passed', 'passed', 'passed', 'passed']);
});

describe('IAM needs time', () => {
  test.each<[string, Timing, string]>([
    ['a role that shows up late', { visible: 30_000 }, 'the role is not yet visible'],
    ['a role that can be assumed late', { assumable: 30_000 }, 'the role can not be assumed yet'],
    ['a policy that counts late', { writable: 60_000 }, 'nothing can be written yet'],
    ['a key that may be used late', { writable: 9_000, error: 'kms-denied' }, 'nothing can be written yet'],
    [
      'an old trust policy that still counts',
      { openUntil: 20_000 },
      'the role can still be assumed without the organization id',
    ],
  ])('%s is waited for', async (_, timing, what) => {
    const ran = await testIn(timing);
    expect(ran.verdict).toBe('passed');
    expect(ran.waits[0]).toBe(what);
    expect(ran.waitedMs).toBeLessThanOrEqual(90_000);
  });

  test('pauses grow, from half a second to ten', async () => {
    const { sleeps } = await testIn({ visible: 60_000 });
    expect(sleeps.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 10_000]);
    expect(Math.max(...sleeps)).toBe(10_000);
  });

  test('patience is shared by all steps, and ends', async () => {
    const ran = await testIn({ visible: 80_000, assumable: 85_000, writable: Number.POSITIVE_INFINITY });
    expect(ran.verdict).toBe('failed');
    expect(ran.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(90_000);
  });

  test('without patience nothing is tried twice', async () => {
    const ran = await testIn({ assumable: 1 }, { patienceMs: 0 });
    expect(ran).toMatchObject({ verdict: 'failed', sleeps: [] });
  });
});

describe('what stays refused', () => {
  test('a role that never shows up is "not yet visible", not "denied"', async () => {
    const ran = await testIn({ visible: Number.POSITIVE_INFINITY });
    expect(ran.verdict).toBe('failed');
    expect(statuses(ran)).toEqual(['not-yet-visible']);
    expect(ran.cure).toContain('Wait a minute');
  });

  test('a role that is visible and refuses is denied', async () => {
    const ran = await testIn({ assumable: Number.POSITIVE_INFINITY });
    expect(statuses(ran)).toEqual(['passed', 'failed']);
    expect(ran.cure).toContain('sts:AssumeRole');
  });

  test('a role that can be had without the organization id fails the test', async () => {
    const ran = await testIn({ openUntil: Number.POSITIVE_INFINITY });
    expect(ran.verdict).toBe('failed');
    expect(ran.checks.at(-1)).toMatchObject({ check: 'assume-without-external-id', status: 'failed' });
    expect(ran.left).toBeNull();
  });

  test('what no waiting cures is not waited for', async () => {
    const ran = await testIn({ writable: Number.POSITIVE_INFINITY, error: 'no-such-bucket' });
    expect(ran).toMatchObject({ verdict: 'failed', sleeps: [] });
  });

  test.each<ErrorCode>(['unreachable', 'throttled', 'expired-credentials'])(
    '%s is no answer, and is thrown',
    async (error) => {
      await expect(testIn({ assumable: 1, error })).rejects.toMatchObject({ code: error });
    },
  );
});

describe('with fewer rights', () => {
  test('where IAM may not be asked, the rest is tried all the same', async () => {
    const ran = await testIn({ visible: 'hidden' });
    expect(ran.verdict).toBe('passed');
    expect(statuses(ran)).toEqual(['skipped', 'passed', 'passed', 'passed']);
  });

  test('a role for another account is tested as far as can be seen', async () => {
    const ran = await testIn({ visible: 5_000 }, { trustedAccountId: '444455556666' });
    expect(ran.verdict).toBe('as-far-as-seen');
    expect(statuses(ran)).toEqual(['passed', 'skipped', 'skipped', 'skipped']);
    expect(ran.checks[1]?.detail).toContain('only account 444455556666 may assume the role');
    expect(ran.left).toBeNull();
  });
});
