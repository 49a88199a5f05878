import { copyFile, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import zlib from 'node:zlib';

/** A log that is rotated: where it is, where it may be put aside, and how it is written. */
export interface RotatedLog {
  readonly path: string;
  /** A folder elsewhere that is looked at as well. */
  readonly quarantine: string;
  /** Names one rotated file of this log. */
  readonly nth: number;
  /** Appends some lines to what has the log's name then. */
  readonly append: () => Promise<void>;
  /** Waits a while between the steps of a rotation: a look may come between any two of them. */
  readonly pause: () => Promise<void>;
}

type Rotate = (log: RotatedLog) => Promise<void>;

const asideOf = ({ path, nth }: RotatedLog): string => `${path}.${nth}`;

/** Compresses as gzip and zstd do: the archive grows under its own name, and then the file goes. */
async function compress(log: RotatedLog, from: string, to: string): Promise<void> {
  const plain = await readFile(from);
  const packed = to.endsWith('.zst') ? zstdCompressSync?.(plain) : zlib.gzipSync(plain);
  if (packed === undefined) throw new Error('this runtime has no zstd');
  await writeFile(to, packed.subarray(0, packed.length / 2));
  await log.pause();
  await writeFile(to, packed.subarray(packed.length / 2), { flag: 'a' });
  await log.pause();
  await rm(from);
}

async function copyAndCut(log: RotatedLog): Promise<void> {
  await copyFile(log.path, asideOf(log));
  await log.pause();
  await truncate(log.path);
}

/** From Node 22.15 on. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };

const byZstd: Readonly<Record<string, Rotate>> =
  zstdCompressSync === undefined
    ? {}
    : {
        'renamed, then compressed by zstd': async (log) => {
          await rename(log.path, asideOf(log));
          await log.pause();
          await compress(log, asideOf(log), `${asideOf(log)}.zst`);
        },
      };

/** Each kind of rotation after which all lines are still in files that are looked at. */
export const rotationsOfFiles: Readonly<Record<string, Rotate>> = {
  renamed: (log) => rename(log.path, asideOf(log)),
  'renamed, the older ones moved up': async (log) => {
    for (let older = log.nth - 1; older >= 1; older--)
      await rename(`${log.path}.up.${older}`, `${log.path}.up.${older + 1}`).catch(() => undefined);
    await rename(log.path, `${log.path}.up.1`);
  },
  'renamed, written to, then compressed by gzip': async (log) => {
    await rename(log.path, asideOf(log));
    await log.pause();
    await compress(log, asideOf(log), `${asideOf(log)}.gz`);
  },
  'compressed by gzip in its place': (log) => compress(log, log.path, `${log.path}-${log.nth}.gz`),
  ...byZstd,
  'copied and cut': copyAndCut,
  'copied, cut, and the copy compressed': async (log) => {
    await copyAndCut(log);
    await log.append();
    await compress(log, asideOf(log), `${asideOf(log)}.gz`);
  },
  'moved into another folder that is looked at': (log) =>
    rename(log.path, join(log.quarantine, basename(asideOf(log)))),
  'replaced by a longer copy, as rsync does': async (log) => {
    const coming = join(dirname(log.path), `.${basename(log.path)}.${log.nth}`);
    await copyFile(log.path, coming);
    await log.pause();
    await rename(coming, log.path);
  },
  'empty before it is rotated': async (log) => {
    await rename(log.path, asideOf(log));
    await writeFile(log.path, '');
    await log.pause();
    await log.append();
    await rename(log.path, `${asideOf(log)}.from-empty`);
  },
};

/** Kinds for a log that is a symbolic link to the file that is written. */
export const rotationsOfLinks: Readonly<Record<string, Rotate>> = {
  'a symlink that is switched': pointToNext,
  'a symlink that is switched, then its old file compressed': async (log) => {
    await pointToNext(log);
    await log.pause();
    await compress(log, targetOf(log, log.nth - 1), `${targetOf(log, log.nth - 1)}.gz`);
  },
};

/** The file that a link points to after the nth rotation. */
export function targetOf({ path }: Pick<RotatedLog, 'path'>, nth: number): string {
  return `${path}-${nth}.data`;
}

async function pointToNext(log: RotatedLog): Promise<void> {
  const { path, nth } = log;
  await writeFile(targetOf(log, nth), '', { flag: 'a' });
  await symlink(targetOf(log, nth), `${path}.link`);
  await rename(`${path}.link`, path);
}
