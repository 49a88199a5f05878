import { Readable, Writable } from 'node:stream';
import { systemClock } from '../../src/adapters/system/system-clock.ts';
import { openTextLog } from '../../src/adapters/terminal/text-log.ts';
import type { CliContext } from '../../src/cli/terminal/terminal-context.ts';

/** A process of its own for `run`: what it writes is kept, and nothing of the real environment is in it. */
export interface CapturedTerminal {
  context: CliContext;
  stdout: () => string;
  stderr: () => string;
}

/** `input` is what stdin gives; nothing of it is a terminal unless `more` says so. */
export function capturedTerminal(input: string, more: Partial<CliContext> = {}): CapturedTerminal {
  const written = { stdout: '', stderr: '' };
  const streamOf = (name: keyof typeof written): Writable =>
    new Writable({
      write: (text, _, done) => {
        written[name] += String(text);
        done();
      },
    });
  const stderr = streamOf('stderr');
  const context: CliContext = {
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout: streamOf('stdout'),
    stderr,
    log: openTextLog(stderr),
    environment: {},
    workingFolder: '/',
    clock: systemClock,
    version: '9.8.7',
    signal: new AbortController().signal,
    ...more,
  };
  return { context, stdout: () => written.stdout, stderr: () => written.stderr };
}
