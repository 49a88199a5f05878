import { copyFile, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import zlib from 'node:zlib';
import type { Place } from './harness.ts';

/** The log that tests write and rotate, by its name below the folder of a place. */
export const log = 'logs/app.log';

/** A way in which a log is rotated; the n-th time (from 1). Whoever writes next to `log` begins it anew. */
export interface Rotation {
  readonly kind: string;
  readonly rotate: (place: Place, nth: number) => Promise<void>;
  /** What is done before the log is first written. */
  readonly prepare?: (place: Place) => Promise<void>;
}

async function gzip(place: Place, from: string, to: string): Promise<void> {
  await writeFile(place.path(to), zlib.gzipSync(await readFile(place.path(from))));
  await rm(place.path(from));
}

/** From Node 22.15 on. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };

const byZstd: readonly Rotation[] =
  zstdCompressSync === undefined
    ? []
    : [
        {
          kind: 'compressed by zstd',
          rotate: async (place, nth) => {
            await writeFile(
              place.path(`${log}.${nth}.zst`),
              zstdCompressSync(await readFile(place.path(log))),
            );
            await rm(place.path(log));
          },
        },
      ];

async function copyAndCut(place: Place, to: string): Promise<void> {
  await copyFile(place.path(log), place.path(to));
  await truncate(place.path(log));
}

async function pointTo(place: Place, nth: number): Promise<void> {
  await mkdir(place.path('logs'), { recursive: true });
  await mkdir(place.path('written'), { recursive: true });
  await rm(place.path(log), { force: true });
  await symlink(place.path(`written/app-${nth}.log`), place.path(log));
}

const byCompression: readonly Rotation[] = [
  {
    kind: 'renamed and compressed by gzip',
    rotate: async (place, nth) => {
      await place.move(log, `${log}.${nth}`);
      await gzip(place, `${log}.${nth}`, `${log}.${nth}.gz`);
    },
  },
  { kind: 'compressed by gzip in its place', rotate: (place, nth) => gzip(place, log, `${log}-${nth}.gz`) },
  {
    kind: 'copied, cut, and the copy compressed by gzip',
    rotate: async (place, nth) => {
      await copyAndCut(place, `${log}.${nth}`);
      await gzip(place, `${log}.${nth}`, `${log}.${nth}.gz`);
    },
  },
  ...byZstd,
];

/** Each kind after which what was in the log is still found: beside it, or where its link pointed. */
export const rotations: readonly Rotation[] = [
  { kind: 'renamed', rotate: (place, nth) => place.move(log, `${log}.${nth}`) },
  {
    kind: 'renamed, the older ones moved up',
    rotate: async (place, nth) => {
      for (let older = nth - 1; older >= 1; older--)
        await place.move(`${log}.${older}`, `${log}.${older + 1}`).catch(() => undefined);
      await place.move(log, `${log}.1`);
    },
  },
  { kind: 'copied and cut', rotate: (place, nth) => copyAndCut(place, `${log}.${nth}`) },
  ...byCompression,
  {
    kind: 'moved into a folder beside it',
    rotate: (place, nth) => place.move(log, `logs/old/app.log.${nth}`),
  },
  {
    kind: 'a symlink that is switched',
    rotate: (place, nth) => pointTo(place, nth),
    prepare: (place) => pointTo(place, 0),
  },
];

/** How a log is given to the program. */
export const inputs = [
  { given: 'a file', inputOf: (place: Place) => place.path(log) },
  { given: 'a glob', inputOf: (place: Place) => `${place.path(log)}*` },
  { given: 'a folder', inputOf: (place: Place) => place.path('logs') },
] as const;

/** Moves the log to where nobody looks for it; answers with its name there. */
export async function moveElsewhere(place: Place, nth = 1): Promise<string> {
  const name = `elsewhere/${nth}/deep/app.log`;
  await place.move(log, name);
  return name;
}
