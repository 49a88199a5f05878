import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import type { Emulator } from '../../../src/ports/aws/emulator.ts';
import type { BentSetup } from './bent-world.ts';
import { BentWorld, region } from './bent-world.ts';
import { RehearsedGround } from './rehearsed-ground.ts';

const good: BentSetup = { name: 'good', bend: {}, probe: '', layer: '', finding: '', status: '' };
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(async () => {
  await emulator.close();
});

async function letsIn(world: BentWorld, ExternalId: string): Promise<boolean> {
  const sts = new STSClient({ region, endpoint: emulator.url, credentials: emulator.vendor });
  return sts
    .send(new AssumeRoleCommand({ RoleArn: world.roleArn, RoleSessionName: 'rotation', ExternalId }))
    .then(
      () => true,
      (error: { name?: string }) => {
        if (error.name !== 'AccessDenied') throw error;
        return false;
      },
    );
}

test(
  'the external id of a vendor’s role is changed step by step, and iam plan says where it stands',
  { timeout: 60_000 },
  async () => {
    const ground = new RehearsedGround(emulator);
    const world = await BentWorld.make(ground, good);
    try {
      const rotate = (...words: string[]) =>
        world.cli('customer', ['iam', 'rotate', '--profile', 'acme', '--yes', '--json', ...words]);
      expect(JSON.parse((await rotate('--organization-id', 'org-new')).stdout)).toMatchObject({
        stage: 'begun',
      });
      expect([await letsIn(world, world.externalId), await letsIn(world, 'org-new')]).toEqual([true, true]);
      expect((await world.plan()).findings.map(({ code }) => code)).toEqual(['rotation-under-way']);
      expect((await world.testAccess('vendor')).verdict).toBe('passed');
      expect(JSON.parse((await rotate('--finish')).stdout)).toMatchObject({
        stage: 'done',
        externalId: 'org-new',
      });
      expect([await letsIn(world, world.externalId), await letsIn(world, 'org-new')]).toEqual([false, true]);
      expect((await world.plan()).findings).toEqual([]);
    } finally {
      await world.close();
      await ground.close();
    }
  },
);
