import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from '../adapters/fs/config-file.ts';
import { openFolderStore } from '../adapters/fs/folder-store.ts';
import { QuarantineFolder } from '../adapters/fs/quarantine-folder.ts';
import { QuarantineFolderShelf } from '../adapters/fs/quarantine-shelf.ts';
import { openSources } from '../adapters/fs/sources.ts';
import { SpoolFile } from '../adapters/fs/spool-file.ts';
import { ProgressLine } from '../adapters/terminal/progress-line.ts';
import { ThreadedClassifier } from '../adapters/threads/threaded-classifier.ts';
import type { PushHost, StoreSettings } from '../commands/push/push-host.ts';
import type { OwnTypeFile } from '../core/audit-types/compile-own-type.ts';
import type { GlobalOptions } from '../core/config/global-settings.ts';
import type { StoreAddress } from '../core/config/store-address.ts';
import { AuditExportError } from '../errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { QuarantineShelf } from '../ports/quarantine-shelf.ts';
import type { CliContext } from './terminal-context.ts';

const workerUrl = new URL('../adapters/threads/classifier-worker.js', import.meta.url);

/** Hands `push` the real world: this file is the only one that names adapters. */
export function buildPushHost(context: CliContext, options: GlobalOptions): PushHost {
  const { stdin, stderr, signal, environment } = context;
  return {
    clock: { now: () => Date.now() },
    signal,
    progress: new ProgressLine(stderr, {
      quiet: options.quiet,
      redraws: stderr.isTTY === true && environment['TERM'] !== 'dumb',
      startedMs: Date.now(),
    }),
    stdinIsTerminal: stdin.isTTY === true,
    readOwnTypes: (files) => Promise.all(files.map(readOwnType)),
    openSources: (inputs, exceptBelow) => openSources(inputs, { stdin, signal, exceptBelow }),
    openStore: (address, settings) => openStore(address, settings, environment),
    openSpool: () => new SpoolFile(),
    openQuarantine: (folder) => new QuarantineFolder(folder),
    openClassifier: (rules, settings, ownTypes) =>
      new ThreadedClassifier(rules, { settings, ownTypes }, workerUrl),
    quarantineFolder: (profile) => quarantineFolder(environment, profile),
  };
}

/** Where the bad lines of a profile wait. */
export function quarantineFolder(
  environment: CliContext['environment'],
  profile: string | undefined,
): string {
  return join(stateFolder(environment, profile), 'quarantine');
}

async function openStore(
  address: StoreAddress,
  settings: StoreSettings,
  environment: CliContext['environment'],
): Promise<ObjectStore> {
  if (address.kind === 'folder') return openFolderStore(address.path);
  const { openS3Store } = await import('../adapters/aws/s3-store.ts');
  const { bucket, prefix } = address;
  return openS3Store(settings, { ...settings, bucket, prefix }, environment);
}

/** Reads the schema of a user's own audit type; what is in it is for the compiler to judge. */
export async function readOwnType(file: string): Promise<OwnTypeFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AuditExportError(
      'schema-invalid',
      `The schema ${file} can't be read: ${(error as Error).message}.`,
      { cure: 'Check the path after --schema.', cause: error },
    );
  });
  return { file, text };
}

/** Opens the quarantine named, or the one of the profile, for reading. */
export function openShelf(
  { environment }: CliContext,
  folder: string | undefined,
  profile: string | undefined,
): QuarantineShelf {
  return new QuarantineFolderShelf(folder ?? quarantineFolder(environment, profile));
}

/** The text of a schema: one of the package's own, or a user's file. */
export async function readSchema(file: string): Promise<string> {
  const own = new URL(`../../schemas/events/${file}`, import.meta.url);
  return readFile(own, 'utf8').catch(async () => (await readOwnType(file)).text);
}
