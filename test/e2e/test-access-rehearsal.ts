import { afterEach } from 'vitest';
import { scenarios } from '../../src/adapters/emulator/scenarios/scenarios.ts';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator, EmulatorAccess } from '../../src/ports/aws/emulator.ts';
import type { TestedRun } from './test-access-world.ts';
import { testAccessOf } from './test-access-world.ts';
import type { Workspace } from './workspace.ts';

/** A scenario, and the access that it prepares. */
export interface Rehearsal {
  emulator: Emulator;
  workspace: Workspace;
  /** Tests the prepared access, as the vendor unless somebody else is named. */
  test: (more?: {
    as?: 'customer' | 'vendor';
    flags?: readonly string[];
    profile?: object;
    environment?: object;
  }) => Promise<TestedRun>;
}

/** Answers with a function that starts a scenario in a workspace; it runs until the end of the test. */
export function useRehearsals(
  newWorkspace: () => Promise<Workspace>,
): (scenario: string) => Promise<Rehearsal> {
  const started: Emulator[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((emulator) => emulator.close()));
  });
  return async (scenario) => {
    const rehearsal = await rehearse(scenario, await newWorkspace());
    started.push(rehearsal.emulator);
    return rehearsal;
  };
}

async function rehearse(scenario: string, workspace: Workspace): Promise<Rehearsal> {
  const found = scenarios[scenario];
  if (found === undefined) throw new Error(`no scenario ${scenario}`);
  const emulator = await startEmulator({ scenario: found });
  return {
    emulator,
    workspace,
    test: ({ as = 'vendor', flags = [], profile = {}, environment = {} } = {}) =>
      testAccessOf(
        workspace,
        { ...profileOf(emulator), ...profile },
        {
          environment: { ...environmentOf(emulator, emulator[as]), ...environment },
          flags,
        },
      ),
  };
}

/** The environment of one of the accounts. */
export function environmentOf(
  { url }: Emulator,
  { accessKeyId, secretAccessKey }: EmulatorAccess,
): Record<string, string> {
  return { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

/** The profile of the prepared access. */
export function profileOf({ customer, vendor, region }: Emulator): object {
  return {
    state: 'active',
    to: 's3://audit-rehearsal/audit',
    region,
    bucketOwner: customer.accountId,
    role: {
      arn: `arn:aws:iam::${customer.accountId}:role/ALTRPublishSIEMDataRehearsal`,
      externalId: 'rehearsal-organization',
    },
    setup: { accountId: vendor.accountId },
  };
}
