import { afterAll, beforeAll } from 'vitest';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator, EmulatorAccess } from '../../src/ports/aws/emulator.ts';

/** S3, STS and IAM for a set-up, and whose credentials the program is given. */
export interface SetupServer {
  emulator(): Emulator;
  /** The environment of somebody who may do everything in the customer's account. */
  administrator(): Record<string, string>;
  /** The environment of the vendor, who may only assume roles. */
  vendor(): Record<string, string>;
}

/** A rehearsal that runs as long as the tests of the file. */
export function useSetupServer(): SetupServer {
  let started: Emulator | undefined;
  const emulator = (): Emulator => {
    if (started === undefined) throw new Error('the rehearsal runs only within tests');
    return started;
  };
  beforeAll(async () => {
    started = await startEmulator();
  });
  afterAll(async () => {
    await started?.close();
  });
  const environmentOf = ({ accessKeyId, secretAccessKey }: EmulatorAccess): Record<string, string> => ({
    AWS_ENDPOINT_URL: emulator().url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  return {
    emulator,
    administrator: () => environmentOf(emulator().customer),
    vendor: () => environmentOf(emulator().vendor),
  };
}
