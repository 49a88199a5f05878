import { AuditExportError } from '../../errors.ts';
import type { Emulator, EmulatorAccess } from '../../ports/aws/emulator.ts';
import { profileFiles, rehearsalEnvironment, toShell } from './environment.ts';
import type { EnvironmentChange, RehearsalSettings, RehearseHost } from './rehearse-host.ts';

export interface RehearseOptions extends RehearsalSettings {
  /** Program and arguments to run in the environment; none: stay until stopped. */
  readonly command: readonly string[];
  readonly json: boolean;
}

/** What `--json` prints. */
export interface RehearsalReport {
  readonly url: string;
  readonly region: string;
  readonly scenario: { readonly name: string; readonly summary: string };
  readonly prepared: Emulator['prepared'];
  readonly profiles: Readonly<Record<'customer' | 'vendor', { accountId: string; principalArn: string }>>;
  readonly environment: EnvironmentChange;
}

/**
 * Runs S3, STS and IAM on loopback: for as long as a command runs in their environment, or, having printed the environment,
 * until stopped. Answers with the exit code: the command's own, or 0. Throws `AuditExportError` for a port that is taken
 * and for a scenario that can't be used.
 */
export async function rehearse(options: RehearseOptions, host: RehearseHost): Promise<number> {
  const { emulator, summary } = await host.startRehearsal(options);
  try {
    demandLoopback(emulator);
    const files = profileFiles(emulator);
    const folder = await host.writePrivateFiles({ config: files.config, credentials: files.credentials });
    const place = options.ownSettings === true ? undefined : await host.settingsPlace(options.dataDir);
    try {
      const { config = '', credentials = '' } = folder.paths;
      const environment = rehearsalEnvironment({ config, credentials }, place);
      announce(emulator, options.scenario, summary, host);
      if (options.command.length > 0) return await host.runCommand(options.command, environment);
      host.print(
        options.json
          ? report(emulator, { name: options.scenario, summary }, environment)
          : `${toShell(environment)}\nexport AUDIT_EXPORT_REHEARSAL_PID=${host.processId}`,
      );
      await stopped(host.signal, options.forMs);
      return 0;
    } finally {
      await place?.remove();
      await folder.remove();
    }
  } finally {
    await emulator.close();
  }
}

function announce(emulator: Emulator, scenario: string, summary: string, host: RehearseHost): void {
  host.say(
    `This is not AWS: a rehearsal on ${emulator.url}, on this machine only. Scenario ${scenario}: ${summary}`,
  );
  const { bucket, roleArn, externalId, prefix } = emulator.prepared;
  if (bucket !== undefined) host.say(`Bucket ${bucket}, prefix ${prefix}`);
  if (roleArn !== undefined) host.say(`Role ${roleArn}, external id ${externalId}`);
}

function report(
  emulator: Emulator,
  scenario: RehearsalReport['scenario'],
  environment: EnvironmentChange,
): string {
  const profile = ({
    accountId,
    principalArn,
  }: EmulatorAccess): { accountId: string; principalArn: string } => ({
    accountId,
    principalArn,
  });
  const value: RehearsalReport = {
    url: emulator.url,
    region: emulator.region,
    scenario,
    prepared: emulator.prepared,
    profiles: { customer: profile(emulator.customer), vendor: profile(emulator.vendor) },
    environment,
  };
  return JSON.stringify(value, undefined, 2);
}

/** Credentials of a rehearsal are worth nothing elsewhere, but a rehearsal that others can reach is a store nobody guards. */
function demandLoopback(emulator: Emulator): void {
  const { hostname } = new URL(emulator.url);
  if (hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost') return;
  throw new AuditExportError('unexpected', `The rehearsal listens on ${hostname}, which is not loopback.`);
}

async function stopped(signal: AbortSignal, forMs: number | undefined): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = forMs === undefined ? undefined : setTimeout(resolve, forMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
