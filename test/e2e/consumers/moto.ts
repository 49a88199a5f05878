import { vi } from 'vitest';
import type { Target } from '../../contract/target.ts';
import { targets } from '../../contract/target.ts';

const moto = targets().find(({ server }) => server === 'moto');

/** Whether what only moto has can be tried: Glue, Athena, SNS, EventBridge and CloudFormation. AUDIT_EXPORT_MOTO_UP names what starts it. */
export const hasMoto = moto !== undefined;

/** Starts a moto of one's own. */
export async function startMoto(): Promise<Target> {
  if (moto === undefined) throw new Error('AUDIT_EXPORT_MOTO_UP names no script');
  return moto.start();
}

/** The environment of its administrator, for this process too: the SDK looks for credentials there. */
export function environmentOf({ endpoint, region, customer }: Target): Record<string, string> {
  const environment = {
    AWS_ENDPOINT_URL: endpoint ?? '',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: customer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: customer.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return environment;
}
