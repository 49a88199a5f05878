import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { ReadableStore } from './read-export.ts';
import type { S3Server } from './s3-server.ts';
import { openS3Server } from './s3-server.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow } from './workspace.ts';

/** An empty store: what to tell the program of it, and what a reader finds there. */
export interface Store extends ReadableStore {
  /** `--to …` */
  readonly flags: readonly string[];
  /** Credentials, endpoint and the like. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the store puts before all keys of a report. */
  readonly keyPrefix: string;
}

export const storeKinds = [{ kind: 'folder' }, { kind: 's3' }] as const;
export type StoreKind = (typeof storeKinds)[number]['kind'];

/** Answers with a function that makes empty stores of a kind; a server runs as long as the tests around it. */
export function useStores(kind: StoreKind): (workspace: Workspace) => Promise<Store> {
  let server: S3Server | undefined;
  beforeAll(async () => {
    if (kind === 's3') server = await openS3Server();
  });
  afterAll(async () => {
    await server?.close();
  });
  return async (workspace) =>
    server === undefined ? folderStore(workspace.path('export')) : await s3Store(server);
}

/** A local folder as store; readers skip names that begin with a dot or an underscore, as Hive, Athena and Spark do. */
export function folderStore(folder: string): Store {
  return {
    flags: ['--to', folder],
    environment: {},
    keyPrefix: '',
    list: async () =>
      (await filesBelow(folder)).filter((path) => !path.split('/').some((name) => /^[._]/.test(name))),
    read: async (key) => await readFile(join(folder, key)),
  };
}

async function s3Store(server: S3Server): Promise<Store> {
  const prefix = `audit/${randomBytes(6).toString('hex')}`;
  return {
    flags: ['--to', `s3://${server.bucket}/${prefix}`],
    environment: await server.environmentFor(prefix),
    keyPrefix: `${prefix}/`,
    ...server.storeAt(prefix),
  };
}
