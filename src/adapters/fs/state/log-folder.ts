import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyOf } from '../../../core/log/signed-note.ts';
import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { RecordFile } from '../../../ports/state/record-file.ts';
import type { Signer } from '../../../ports/aws/signer.ts';
import { lineSegments } from '../records/line-segments.ts';
import { replaceFile } from '../replace-file.ts';
import { unlessGone } from './disk-bytes.ts';
import { JournalFile } from './journal/journal-file.ts';
import type { LockHolder } from './lock/owner-lock.ts';
import { takeOwnership } from './lock/owner-lock.ts';

const keyFile = 'key.pem';
const recordsFile = 'records';

/**
 * Takes the records of the log in a folder over, or says who has them. Throws `state-not-written`, and `log-damaged` where they
 * are not whole any more.
 */
export async function openLogRecords<T>(
  folder: string,
  timer: Timer & { signal: AbortSignal },
): Promise<RecordFile<T> | { holder: LockHolder }> {
  const path = join(folder, recordsFile);
  return told(folder, async () => {
    const above = await JournalFile.newestFence(path);
    const owner = await takeOwnership(join(folder, 'lock'), { ...timer, waitMs: 0, above });
    if ('holder' in owner) return owner;
    try {
      const { journal, records } = await JournalFile.open<T>(path, { fence: owner.fence });
      const segments = lineSegments(join(folder, 'leaves'), owner.fence);
      return {
        records: records.map(({ record }) => record),
        get bytes() {
          return journal.bytes;
        },
        append: (record) => told(folder, () => journal.append(record, { durable: true })),
        rewrite: (again) => told(folder, () => journal.rewrite(again)),
        putSegment: (lines) => told(folder, () => segments.putSegment(lines)),
        readSegment: (name) => told(folder, () => segments.readSegment(name)),
        keepSegments: (names) => told(folder, () => segments.keepSegments(names)),
        close: async () => {
          await journal.close();
          await owner.release();
        },
      };
    } catch (error) {
      await owner.release();
      throw error;
    }
  });
}

/** What a log has kept, without taking it over; none where there is no log. Throws as `openLogRecords` does. */
export async function readLogRecords<T>(folder: string): Promise<T[]> {
  return told(folder, async () =>
    (await JournalFile.read<T>(join(folder, recordsFile))).map(({ record }) => record),
  );
}

/** The key in a folder; a new one, readable by its owner alone, where there is none. Throws `state-not-written` and `config-invalid`. */
export async function openKeyFile(folder: string): Promise<Signer> {
  const path = join(folder, keyFile);
  const known = await told(folder, () => readFile(path, 'utf8').catch(unlessGone));
  if (known !== undefined) return signerOf(known, path);
  const pem = newKey();
  await told(folder, () => replaceFile(path, pem));
  return signerOf(pem, path);
}

/** The key of a PEM file that somebody named. Throws `config-invalid` where it is none. */
export async function readKeyFile(path: string): Promise<Signer> {
  try {
    return signerOf(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (isAuditExportError(error)) throw error;
    throw notReadable(path, error);
  }
}

/** Whether a folder has a key, without making one. */
export async function hasKeyFile(folder: string): Promise<boolean> {
  return (await stat(join(folder, keyFile)).catch(() => undefined)) !== undefined;
}

/** A key that nobody keeps. */
export function passingKey(): Signer {
  return signerOf(newKey(), 'a new key');
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function signerOf(pem: string, path: string): Signer {
  try {
    const key = createPrivateKey(pem);
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    return { publicKey: publicKeyOf(spki), sign: async (message) => sign(null, message, key) };
  } catch (error) {
    if (isAuditExportError(error)) throw error;
    throw notReadable(path, error);
  }
}

function notReadable(path: string, error: unknown): AuditExportError {
  return new AuditExportError(
    'config-invalid',
    `The log's key in ${path} can't be used: ${(error as Error).message}.`,
    {
      cure: 'Put back the file from a backup. If there is none, remove it: a new key is made, and the log begins anew.',
      cause: error,
    },
  );
}

async function told<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (isAuditExportError(error)) throw error;
    const { message } = error as Error;
    if (message.startsWith('it is damaged'))
      throw new AuditExportError(
        'log-damaged',
        `What the log keeps in ${folder} can't be read: ${message}.`,
        {
          cure: `Put it back from a backup, or set it aside, and a new log begins: mv ${folder} ${folder}.damaged`,
          cause: error,
        },
      );
    throw new AuditExportError('state-not-written', `The log in ${folder} can't be kept: ${message}.`, {
      cure: 'Set XDG_STATE_HOME to a folder that this user may write to, or free disk there.',
      cause: error,
    });
  }
}
