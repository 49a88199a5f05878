import type { Readable } from 'node:stream';
import type { SourcePosition } from '../../core/ledger/source-position.ts';
import type { Tail } from '../../ports/tail.ts';
import type { FileTailOptions } from './tail-files.ts';
import { FileTail } from './tail-files.ts';
import { fifoTail, pipeTail } from './tail-pipe.ts';
import { unusableStdin } from './stdin-state.ts';
import type { FollowedInput } from './tail-scan.ts';
import { lookAtInput, scanInputs } from './tail-scan.ts';

export interface OpenTailsOptions extends Omit<FileTailOptions, 'inputs' | 'known'> {
  /** Read for `-`, and where no input is named. */
  stdin: Readable;
}

/**
 * Turns the inputs of a command line (files, folders, globs, named pipes, `-`) into tails. A file need not be there yet.
 * Throws `source-unreadable` for what can't be followed, before anything is read.
 */
export async function openTails(
  inputs: readonly string[],
  { stdin, ...options }: OpenTailsOptions,
): Promise<{ start: (known: readonly SourcePosition[]) => Tail[] }> {
  const named = [...new Set(inputs.length === 0 ? ['-'] : inputs)];
  const unusable = named.includes('-') ? unusableStdin(stdin) : undefined;
  if (unusable !== undefined) throw unusable;
  const looked = await Promise.all(named.filter((input) => input !== '-').map((input) => lookAtInput(input)));
  const files = looked.filter((input): input is FollowedInput => input.kind !== 'pipe');
  await tellMissing(files, options);
  return {
    start: (known) => [
      ...(named.includes('-') ? [pipeTail('stdin', stdin, options.rules)] : []),
      ...looked.filter(({ kind }) => kind === 'pipe').map(({ input }) => fifoTail(input, options.rules)),
      ...(files.length > 0 ? [new FileTail({ ...options, inputs: files, known })] : []),
    ],
  };
}

async function tellMissing(
  files: readonly FollowedInput[],
  { onEvent, exceptBelow }: Pick<FileTailOptions, 'onEvent' | 'exceptBelow'>,
): Promise<void> {
  for (const file of files) {
    const found = await scanInputs([file], exceptBelow);
    if (found.length === 0)
      onEvent({ kind: 'waiting', name: file.input, detail: 'there is no file yet: it is waited for' });
  }
}
