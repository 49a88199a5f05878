import type { CheckProbeReport, CheckReport } from '../../core/collect/check/check-report.ts';
import { checkSnowflake } from '../../core/collect/check/check-snowflake.ts';
import { printSetup } from '../../core/collect/statement/print-setup.ts';
import type { CollectHost } from './collect-host.ts';
import { readsLogins } from './collect-job.ts';
import type { CollectOptions } from './settings.ts';

/** `--check`: whether log-in, role, warehouse and privileges are enough; tells each probe as it is done. */
export async function checkCollect(
  options: CollectOptions,
  host: CollectHost,
  onProbe: (report: CheckProbeReport) => void,
): Promise<CheckReport> {
  const { user, role, warehouse, sessions } = options;
  const client = sessions || readsLogins(options);
  const { clock, signal } = host.push;
  const session = await host.openSession(options);
  try {
    return await checkSnowflake(session, {
      user,
      role,
      warehouse,
      client,
      clock,
      signal,
      onProbe,
    });
  } finally {
    await session.close();
  }
}

/** `--print-setup`: the SQL for an administrator. Throws `usage`, and `document-invalid` for a key that can't be read. */
export async function setupSql(
  options: CollectOptions,
  host: Pick<CollectHost, 'readFile'>,
): Promise<string> {
  const { user, role, warehouse, sessions, addresses, publicKey } = options;
  return printSetup({
    user,
    role,
    warehouse,
    client: sessions || readsLogins(options),
    addresses: addresses ?? [],
    publicKey: publicKey === undefined ? undefined : await host.readFile(publicKey),
  });
}
