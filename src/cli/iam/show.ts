import { join } from 'node:path';
import type { ShowOptions } from '../../commands/iam/settings.ts';
import type { AccessDocuments } from '../../commands/iam/show.ts';
import { showAccess } from '../../commands/iam/show.ts';
import type { PrintedAccess, RenderFormat } from '../../core/setup/render/render-access.ts';
import { printedAccess } from '../../core/setup/render/render-access.ts';
import { exitCodes } from '../../errors.ts';
import { ambientRegion } from '../contexts/access/iam-context.ts';
import { writeNamedFile } from '../../adapters/fs/named-files.ts';
import type { Invocation } from '../verb.ts';
import { readWanted } from './wanted.ts';

/** Prints or writes the documents; the words that explain them go to stderr. */
export async function runShow(invocation: Invocation): Promise<number> {
  const { context, options } = invocation;
  const { format, out } = options as unknown as ShowOptions;
  const documents = showAccess(await accessOf(invocation), format as RenderFormat);
  if (!options.quiet) context.stderr.write(documents.explanation.map((sentence) => `${sentence}\n`).join(''));
  if (out !== undefined)
    for (const { file, text } of documents.files) await writeNamedFile(join(out, file), text, 'out');
  if (options.json) context.stdout.write(`${JSON.stringify(documents, null, 2)}\n`);
  else context.stdout.write(out === undefined ? textOf(documents) : writtenFiles(documents, out));
  return exitCodes.done;
}

async function accessOf(invocation: Invocation): Promise<PrintedAccess> {
  const { context, profile } = invocation;
  const options = invocation.options as unknown as ShowOptions & { region?: string };
  if (options.for !== 'reader') return printedAccess((await readWanted(invocation)).desired);
  const { readerAccess } = await import('../../commands/iam/show-reader.ts');
  return readerAccess({ options, profile: profile?.profile, ambientRegion: await ambientRegion(context) });
}

/** What a pipe takes: the file itself, or where there are two, one JSON object of both. */
function textOf({ files }: AccessDocuments): string {
  const [first, ...others] = files;
  if (others.length === 0) return first?.text ?? '';
  const both = Object.fromEntries(files.map(({ file, text }) => [file, JSON.parse(text) as unknown]));
  return `${JSON.stringify(both, null, 2)}\n`;
}

function writtenFiles({ files }: AccessDocuments, out: string): string {
  return files.map(({ file }) => `${join(out, file)}\n`).join('');
}
