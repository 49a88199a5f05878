import { describe, expect, test } from 'vitest';
import type { FindingCode } from '../../../../src/core/access/findings/findings.ts';
import type { AccessProber } from '../../../../src/ports/aws/access-prober.ts';
import { probeWith, proberWith, refused, startMs, yes } from './fake-prober.ts';

const never = Number.POSITIVE_INFINITY;

describe('IAM needs time', () => {
  const assumableFrom =
    (fromMs: number) =>
    (since: () => number): AccessProber =>
      proberWith({
        assumeRole: async (externalId) =>
          externalId === 'org-42' && since() >= fromMs ? yes({}) : refused(),
      });

  test('pauses grow from half a second to ten, and end with what was waited for', async () => {
    const probed = await probeWith(assumableFrom(45_000), { plan: { patienceMs: 90_000 } });
    expect(probed.verdict).toBe('passed');
    expect(probed.sleeps.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 10_000]);
    expect(probed.waits[0]).toBe('the role can not be assumed yet');
    expect(probed.waitedMs).toBe(probed.sleeps.reduce((sum, ms) => sum + ms, 0));
  });

  test('a trust policy that was just replaced may let pass a bit longer', async () => {
    const probed = await probeWith(
      (since) =>
        proberWith({
          assumeRole: async (id) => (id === 'org-42' || since() < 20_000 ? yes({}) : refused()),
        }),
      { plan: { patienceMs: 90_000 } },
    );
    expect(probed.verdict).toBe('passed');
    expect(probed.waits).toContain('the role can still be assumed without the external id');
  });

  test('patience is shared by all probes, and ends', async () => {
    const probed = await probeWith(assumableFrom(never), { plan: { patienceMs: 30_000 } });
    expect(probed.waitedMs).toBe(30_000);
    expect(probed.of('assume-role')).toMatchObject({ status: 'fail', finding: 'assume-denied' });
  });

  test.each<[string, number, FindingCode]>([
    ['a moment ago', startMs - 5_000, 'assume-not-yet'],
    ['last week', startMs - 7 * 86_400_000, 'assume-denied'],
  ])('what was changed %s and is refused is called %s', async (_, changedMs, finding) => {
    const probed = await probeWith(assumableFrom(never), { access: { changedMs } });
    expect(probed.of('assume-role').finding).toBe(finding);
    expect(probed.verdict).toBe(finding === 'assume-not-yet' ? 'not-yet-visible' : 'failed');
  });

  test('without patience nothing is tried twice', async () => {
    expect((await probeWith(assumableFrom(1))).sleeps).toEqual([]);
  });

  const byBucket =
    'User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme-audit/x" with an explicit deny in a resource-based policy';

  test.each<[string, string, FindingCode]>([
    ['the bucket policy denies, which no time cures', byBucket, 'put-denied-for-some'],
    ['no policy allows yet', 'Access Denied', 'put-not-yet'],
  ])('one audit type alone is refused, and the role is new: %s', async (_, said, finding) => {
    const probed = await probeWith(
      proberWith({
        put: async (key) =>
          key.includes('alert')
            ? refused('access-denied', { said })
            : yes({ conditional: false, kmsKey: undefined }),
      }),
      {
        access: { changedMs: startMs - 5_000, types: { all: false, names: ['query', 'alert'] } },
        plan: { patienceMs: 20_000 },
      },
    );
    expect(probed.of('put-object').finding).toBe(finding);
    expect(probed.waitedMs > 0).toBe(finding === 'put-not-yet');
  });

  test('what no waiting cures is not waited for', async () => {
    const probed = await probeWith(proberWith({ put: async () => refused('no-such-bucket') }), {
      plan: { patienceMs: 90_000 },
    });
    expect(probed.sleeps).toEqual([]);
  });
});
