import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unlessGone } from '../disk-bytes.ts';

/** A file `<path>.<number><suffix>`. */
export interface NumberedFile {
  number: number;
  /** What stands behind the number, with its dot; empty if nothing does. */
  suffix: string;
  path: string;
}

const digits = 12;
const form = new RegExp(`^(\\d{${digits}})(\\..+)?$`);

/** The name that a file of this number has. */
export function numberedPath(path: string, number: number, suffix = ''): string {
  return `${path}.${String(number).padStart(digits, '0')}${suffix}`;
}

/** All files `<path>.<number>…`, the highest number first; none where there is no folder. Throws what the file system throws. */
export async function numberedFiles(path: string): Promise<NumberedFile[]> {
  const start = `${basename(path)}.`;
  const names = (await readdir(dirname(path)).catch(unlessGone)) ?? [];
  const files: NumberedFile[] = [];
  for (const name of names) {
    const [, number, suffix = ''] = (name.startsWith(start) && form.exec(name.slice(start.length))) || [];
    if (number !== undefined) files.push({ number: Number(number), suffix, path: join(dirname(path), name) });
  }
  return files.sort((one, other) => other.number - one.number || other.suffix.localeCompare(one.suffix));
}

/** Removes all of a lower number. What can't be removed is left: the number says that it is of the past. */
export async function removeOlder(path: string, number: number): Promise<void> {
  const older = (await numberedFiles(path)).filter((file) => file.number < number);
  await Promise.all(older.map((file) => rm(file.path, { force: true }).catch(() => undefined)));
}
