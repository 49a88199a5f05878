import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderStore } from '../adapters/fs/store/folder-store.ts';
import { QuarantineFolder } from '../adapters/fs/quarantine/quarantine-folder.ts';
import { openSources } from '../adapters/fs/sources/sources.ts';
import { SpoolFile } from '../adapters/fs/spool-file.ts';
import { temporaryFolder } from '../adapters/fs/temporary-folder.ts';
import { systemRandom } from '../adapters/system/system-clock.ts';
import { ThreadedClassifier } from '../adapters/threads/threaded-classifier.ts';
import type { PushRequest } from '../commands/push/index.ts';
import type { PushHost, StoreSettings } from '../commands/push/session/push-host.ts';
import type { OwnTypeFile } from '../core/audit-types/compile-own-type.ts';
import type { StatePlace } from '../core/config/destination.ts';
import type { GlobalOptions } from '../core/config/global-settings.ts';
import type { StoreAddress } from '../core/config/store-address.ts';
import { noMetrics } from '../core/metrics/no-metrics.ts';
import { AuditExportError, isAuditExportError } from '../errors.ts';
import type { ObjectStore } from '../ports/store/object-store.ts';
import { readNamedFile } from '../adapters/fs/named-files.ts';
import { journalParts } from './contexts/delivery/journal-context.ts';
import { buildProgress, liveProgress } from './terminal/log-context.ts';
import type { SourceOptions } from './contexts/delivery/source-context.ts';
import { bucketSources, queueParts } from './contexts/delivery/source-context.ts';
import { findDestination, stateFolderOf } from './contexts/delivery/state-context.ts';
import type { CliContext } from './terminal/terminal-context.ts';

const workerUrl = new URL('../adapters/threads/classifier-worker.js', import.meta.url);

/** Hands `push` the real world: this file is the only one that names adapters. */
export function buildPushHost(
  context: CliContext,
  options: GlobalOptions & SourceOptions,
  reload?: () => Promise<PushRequest>,
): PushHost {
  const { stdin, signal, environment, log, version, clock } = context;
  const progress = buildProgress(context, options);
  return {
    clock,
    random: systemRandom,
    signal,
    progress,
    live: liveProgress(progress, context, options),
    log,
    openMetrics: async (settings) => {
      if (settings.file === undefined && settings.port === undefined) return noMetrics;
      const { openMetrics } = await import('../adapters/metrics/open-metrics.ts');
      return openMetrics({ ...settings, version, log });
    },
    stdinIsTerminal: stdin.isTTY === true,
    readAlertRules: (file) => readNamedFile(file, 'alert-rules'),
    readOwnTypes: (files) => Promise.all(files.map(readOwnType)),
    openSources: (inputs, exceptBelow, shard) =>
      openSources(inputs, { stdin, signal, exceptBelow, shard, ...bucketSources(context, options) }),
    ...queueParts(context, options),
    ...journalParts(context, reload),
    post: async (url, body, signal) => {
      const { post } = await import('./contexts/readers/evidence-context.ts');
      return post(url, body, signal);
    },
    openLog: async (destination, key) => {
      const { openLog } = await import('./contexts/readers/evidence-context.ts');
      return openLog(destination, key, context);
    },
    destinationOf: (address, endpointUrl) => findDestination(address, endpointUrl, context),
    runHistory: async (place) => {
      const { beginRunHistory } = await import('./contexts/delivery/run-history-context.ts');
      return beginRunHistory(place, context);
    },
    openStore: (address, settings) => openStore(address, settings, context),
    maxAttempts: () => maxAttempts(environment),
    openSpool: () => new SpoolFile(temporaryFolder(environment)),
    openQuarantine: (folder, destination) => new QuarantineFolder(folder, destination),
    openClassifier: (rules, settings, ownTypes) =>
      new ThreadedClassifier(rules, { settings, ownTypes }, workerUrl),
    quarantineFolder: (place) => quarantineFolder(place, context),
  };
}

/** What the SDKs of AWS read from the environment; here it bounds the tries of an object. */
function maxAttempts({ AWS_MAX_ATTEMPTS: text }: CliContext['environment']): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new AuditExportError('usage', `AWS_MAX_ATTEMPTS: ${JSON.stringify(text)} is no number of tries.`, {
    cure: 'Use a whole number from 1 on, or unset it: --retry-for says how long is tried.',
  });
}

/** Where the bad lines of a place wait; undefined where state can't be kept. */
function quarantineFolder(place: StatePlace, context: CliContext): string | undefined {
  try {
    return join(stateFolderOf(place, context), 'quarantine');
  } catch (error) {
    if (isAuditExportError(error) && error.code === 'state-not-written') return undefined;
    throw error;
  }
}

/** Opens the store that is delivered to. */
export async function openStore(
  address: StoreAddress,
  settings: StoreSettings,
  { environment, workingFolder }: CliContext,
): Promise<ObjectStore> {
  if (address.kind === 'folder') return openFolderStore(address.path, workingFolder);
  const { openS3Store } = await import('../adapters/aws/s3/s3-store.ts');
  const { bucket, prefix } = address;
  return openS3Store(settings, { ...settings, bucket, prefix }, environment, {
    checked: settings.checked ?? true,
  });
}

/** Reads the schema of a user's own audit type; what is in it is for the compiler to judge. */
export async function readOwnType(file: string): Promise<OwnTypeFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditExportError(
      'schema-invalid',
      `The schema ${file} can't be read: ${(error as Error).message}.`,
      { cure: 'Check the path, and that this user may read the file.', cause: error },
    );
  });
  return { file, text };
}

/** The text of a schema: one of the package's own, or a user's file. */
export async function readSchema(file: string): Promise<string> {
  const own = new URL(`../../schemas/events/${file}`, import.meta.url);
  return readFile(own, 'utf8').catch(async () => (await readOwnType(file)).text);
}
