import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import type { AccessReport } from '../../../src/core/access/access-report.ts';
import type { BentSetup } from './bent-world.ts';
import { BentWorld } from './bent-world.ts';
import { carryOut, commandsIn } from './carry-out-cure.ts';
import type { Ground, Who } from './ground.ts';
import { MemoryAccount } from './memory-account.ts';
import { memoryProber } from './memory-prober.ts';
import { RehearsedGround } from './rehearsed-ground.ts';

const rows = JSON.parse(
  readFileSync(new URL('../../fixtures/access/bent-setups.json', import.meta.url), 'utf8'),
) as BentSetup[];
const pleas = 5;

const memory = new MemoryAccount();

/** Who has the credentials of the account in memory; undefined where they are of somewhere else. */
function inMemory({ AWS_ACCESS_KEY_ID: key = '' }: NodeJS.ProcessEnv): Who | undefined {
  return key.startsWith('memory-') ? (key.slice('memory-'.length) as Who) : undefined;
}

vi.mock(import('../../../src/adapters/aws/access/access-prober.ts'), async (original) => {
  const { openAccessProber: open } = await original();
  return {
    openAccessProber: async (settings, environment) => {
      const who = inMemory(environment);
      return who === undefined ? open(settings, environment) : memoryProber(memory, who, settings);
    },
  };
});
vi.mock(import('../../../src/adapters/aws/iam/iam-admin.ts'), async (original) => {
  const { openIamAdmin: open, ...others } = await original();
  return {
    ...others,
    openIamAdmin: async (settings, environment) => {
      const who = inMemory(environment);
      return who === undefined ? open(settings, environment) : memory.iamAdmin(who, settings.endpointUrl);
    },
  };
});
vi.mock(import('../../../src/adapters/aws/s3/bucket-admin.ts'), async (original) => {
  const { openBucketAdmin: open } = await original();
  return {
    openBucketAdmin: async (aws, environment) => {
      const who = inMemory(environment);
      return who === undefined ? open(aws, environment) : memory.bucketAdmin(who, aws.endpointUrl);
    },
  };
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

async function inWorld<T>(ground: Ground, row: BentSetup, act: (world: BentWorld) => Promise<T>): Promise<T> {
  const world = await BentWorld.make(ground, row);
  try {
    return await act(world);
  } finally {
    await world.close();
  }
}

test('there are at least 120 bent set-ups, and no two of one name', () => {
  expect(rows.filter(({ status }) => status !== 'pass').length).toBeGreaterThanOrEqual(120);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

/** Carries out every cure that is printed, the worst first; answers with what is left that a command could cure, and all that fails. */
async function findAndCure(ground: Ground, row: BentSetup): Promise<string[]> {
  return inWorld(ground, row, async (world) => {
    let report = await world.testAccess();
    const found = report.probes.find(({ probe }) => probe === row.probe);
    expect(found).toMatchObject({ finding: row.finding, status: row.status, layer: row.layer });
    expect(found?.cure ?? '').toContain(world.named(row.cure ?? ''));
    expect(await driftOf(world, row)).toEqual(row.plan);
    const seen = [troublesOf(report)];
    for (let round = 0; round < pleas; round++) {
      const ownFirst = round === 0 && row.first === true;
      const worst = wanting(report).find(({ probe }) => !ownFirst || probe === row.probe);
      if (worst?.cure == null) break;
      await carryOut(world, worst.cure, worst.probe);
      const next = await world.testAccess();
      // Better, or at least another cause in the same chain; never a state that was there before.
      expect(seen, `${worst.probe} after ${worst.cure}`).not.toContain(troublesOf(next));
      expect(weightOf(next), `after ${worst.cure}: ${troublesOf(next)}`).toBeLessThanOrEqual(
        weightOf(report),
      );
      seen.push(troublesOf(next));
      report = next;
    }
    const left = [...report.probes.filter(({ status }) => status === 'fail'), ...wanting(report)];
    return left.map(({ probe, finding }) => `${probe}: ${finding}`);
  });
}

describe('each bent set-up is found by name and layer, and every cure that is printed makes it better', () => {
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    expect(await findAndCure(memory, row)).toEqual([]);
  });
});

/** Keys and ACLs are only in memory. */
const sample = rows
  .filter(({ bend }) => bend.key === undefined && bend.grants === undefined)
  .filter((_, index) => index % 40 === 7);

/** A few of them with the SDK and over the wire: what is in memory is like the rehearsal. */
describe('so it is on the rehearsal', () => {
  test.each(sample.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const emulator = await startEmulator();
    const ground = new RehearsedGround(emulator);
    try {
      expect(await findAndCure(ground, row)).toEqual([]);
    } finally {
      await ground.close();
      await emulator.close();
    }
  });
});
