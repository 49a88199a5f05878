import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scenarios } from '../../../src/adapters/emulator/scenarios/scenarios.ts';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import type { AccessReport } from '../../../src/core/access/access-report.ts';
import { pushSettings } from '../../../src/commands/push/settings.ts';
import type { Emulator } from '../../../src/ports/emulator.ts';
import type { BentSetup } from './bent-world.ts';
import { BentWorld } from './bent-world.ts';
import { carryOut, commandsIn } from './carry-out-cure.ts';

const rows = JSON.parse(
  readFileSync(new URL('../../fixtures/access/bent-setups.json', import.meta.url), 'utf8'),
) as BentSetup[];
const pleas = 5;

let emulator: Emulator;
beforeAll(async () => {
  const empty = scenarios['empty'];
  emulator = await startEmulator(empty === undefined ? {} : { scenario: empty });
});
afterAll(async () => {
  await emulator.close();
});

/** How bad it is: what failed weighs more than any number of warnings. */
function weightOf({ counts }: AccessReport): number {
  return counts.fail * 100 + counts['not-yet-visible'] * 100 + counts.warn;
}

function troublesOf({ probes }: AccessReport): string {
  return probes
    .filter(({ status }) => status !== 'pass' && status !== 'skipped')
    .map(({ probe, finding, causes }) => [probe, finding, ...causes].join(' '))
    .join('; ');
}

function wanting({ probes }: AccessReport) {
  return [...probes]
    .sort((a, b) => Number(b.status === 'fail') - Number(a.status === 'fail'))
    .filter(({ status, cure }) => ['fail', 'warn'].includes(status) && cure !== null && changes(cure));
}

function changes(cure: string): boolean {
  return commandsIn(cure).some(([, , verb = '']) => !verb.startsWith('get-'));
}

/** The names of the differences that `iam plan` finds, where the row says any. */
async function driftOf(world: BentWorld, { plan }: BentSetup): Promise<string[] | undefined> {
  if (plan === undefined) return undefined;
  const { findings } = await world.plan();
  return [...new Set(findings.filter(({ level }) => level !== 'warning').map(({ code }) => code))];
}

async function inWorld(row: BentSetup, act: (world: BentWorld) => Promise<void>): Promise<void> {
  const world = await BentWorld.make(emulator, row);
  try {
    await act(world);
  } finally {
    await world.close();
  }
}

test('there are at least 120 bent set-ups, and no two of one name', () => {
  expect(rows.filter(({ status }) => status !== 'pass').length).toBeGreaterThanOrEqual(120);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

describe('each bent set-up is found by name and layer, and every cure that is printed makes it better', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', { timeout: 120_000 }, async (_, row) => {
    await inWorld(row, async (world) => {
      let report = await world.testAccess();
      const found = report.probes.find(({ probe }) => probe === row.probe);
      expect(found).toMatchObject({ finding: row.finding, status: row.status, layer: row.layer });
      expect(found?.cure ?? '').toContain(world.named(row.cure ?? ''));
      expect(await driftOf(world, row)).toEqual(row.plan);
      const seen = [troublesOf(report)];
      for (let round = 0; round < pleas; round++) {
        const [worst] = wanting(report);
        if (worst?.cure == null) break;
        await carryOut(world, worst.cure, worst.probe);
        const next = await world.testAccess();
        // Better, or at least another cause in the same chain; never a state that was there before.
        expect(seen, `${worst.probe} after ${worst.cure}`).not.toContain(troublesOf(next));
        expect(weightOf(next)).toBeLessThanOrEqual(weightOf(report));
        seen.push(troublesOf(next));
        report = next;
      }
      expect(report.probes.filter(({ status }) => status === 'fail')).toEqual([]);
      expect(wanting(report)).toEqual([]);
    });
  });
});

test.runIf('sse' in pushSettings)(
  'an encryption that the bucket demands is a setting',
  { timeout: 60_000 },
  async () => {
    const demand = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::{bucket}/*',
      Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
    };
    const row: BentSetup = {
      name: 'AES256 is demanded',
      deliverer: 'audit-export',
      bend: { bucketPolicy: [demand] },
      probe: 'bucket-policy',
      layer: 'policies',
      finding: 'bucket-policy-denies',
      status: 'fail',
    };
    await inWorld(row, async (world) => {
      const before = (await world.testAccess()).probes.find(({ probe }) => probe === 'bucket-policy');
      expect(before?.cure).toBe('audit-export config set --profile acme sse AES256');
      await carryOut(world, before?.cure ?? '', 'bucket-policy');
      expect((await world.testAccess('exporter')).verdict).toBe('passed');
    });
  },
);
