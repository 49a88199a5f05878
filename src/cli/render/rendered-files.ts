import { join } from 'node:path';
import type { RenderedFile } from '../../core/setup/render/render-access.ts';
import { writeNamedFile } from '../../adapters/fs/named-files.ts';

/** The files as one text, each with its name in a comment; or written into a folder, and their names. */
export async function showFiles(files: readonly RenderedFile[], out: string | undefined): Promise<string> {
  if (out === undefined)
    return files.map(({ file, text }) => `${commentFor(file)} ${file}\n${text}`).join('\n');
  for (const { file, text } of files) await writeNamedFile(join(out, file), text, 'out');
  return files.map(({ file }) => `${join(out, file)}\n`).join('');
}

const commentFor = (file: string): string => (file.endsWith('.sql') ? '--' : '#');
