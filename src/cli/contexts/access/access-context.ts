import { join } from 'node:path';
import { openAccessProber } from '../../../adapters/aws/access/access-prober.ts';
import { findRegion } from '../../../adapters/aws/credentials/aws-profile.ts';
import { saveAccessReport } from '../../../adapters/fs/records/access-report-file.ts';
import type { ProbedStore, TestAccessHost } from '../../../commands/test-access/test-access-host.ts';
import type { StoreSettings } from '../../../commands/push/session/push-host.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { AuditExportError } from '../../../errors.ts';
import type { AccessProber } from '../../../ports/aws/access-prober.ts';
import type { StatePlace } from '../../../core/config/destination.ts';
import { findDestination, stateFolderOf } from '../delivery/state-context.ts';
import { buildConsent, openReceipts } from './iam-context.ts';
import { showProbes } from '../../render/access/test-access-lines.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `test-access` the real world. */
export function buildTestAccessHost(context: CliContext, options: GlobalOptions): TestAccessHost {
  const { environment, clock } = context;
  return {
    clock,
    sleep: (ms) => pause(ms, context),
    openProber: (settings, target) => openProber(settings, target, environment),
    ...showProbes(context, options),
    agreeToLock: (lock) => askAboutLock(lock, context, options),
    ambientRegion: () => findRegion(environment),
    destinationOf: (address, endpointUrl) => findDestination(address, endpointUrl, context),
    lastChangeMs: (place) => lastChange(context, place),
    reports: (place) => ({
      save: (report) => saveAccessReport(join(stateFolderOf(place, context), 'access-test.json'), report),
    }),
  };
}

/** Connects what an access test probes. */
export async function openProber(
  { region, endpointUrl, pathStyle, role, ...others }: StoreSettings,
  { bucket, prefix, key }: ProbedStore,
  environment: CliContext['environment'],
): Promise<AccessProber> {
  const { bucketOwner, storageClass, kmsKeyId, sse, acl, tags } = others;
  const aws = { region, endpointUrl, pathStyle, role };
  const write = { bucket, prefix, bucketOwner, storageClass, kmsKeyId, sse, acl, tags };
  return openAccessProber({ aws, write, key }, environment);
}

async function askAboutLock(lock: string, context: CliContext, options: GlobalOptions): Promise<boolean> {
  const consent = buildConsent(context, options);
  if (consent.yes) return true;
  if (!consent.canAsk)
    throw new AuditExportError(
      'missing-answer',
      `The bucket locks every object, ${lock}: the probe could not be deleted before that, and there is no terminal to ask in.`,
      { cure: 'Say --yes to write it, or --no-write to leave out what writes.' },
    );
  const prompter = await consent.prompter();
  return prompter.confirm({
    name: 'yes',
    message: `The bucket locks every object, ${lock}. Write the probe all the same?`,
    help: 'One small object, always the same. Without it, delivery is not proven.',
    preset: false,
  });
}

/** The last entry in the receipt, if there is one that can be read. */
async function lastChange(context: CliContext, place: StatePlace): Promise<number | undefined> {
  const receipt = await openReceipts(stateFolderOf(place, context))
    .read()
    .catch(() => undefined);
  const at = Date.parse(receipt?.history.at(-1)?.at ?? '');
  return Number.isNaN(at) ? undefined : at;
}

async function pause(ms: number, { clock, signal }: CliContext): Promise<void> {
  await clock.sleep(ms, signal);
  if (!signal.aborted) return;
  throw new AuditExportError('interrupted', 'Stopped while waiting for IAM.', {
    cure: 'Run it again: it leaves nothing half done.',
  });
}
