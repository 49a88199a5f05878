import { StringDecoder } from 'node:string_decoder';
import { Writable } from 'node:stream';
import type { Log } from '../../ports/terminal/log.ts';

// oxlint-disable-next-line no-control-regex -- the control characters are what is looked for
const terminalCodes = /\u001b\[[0-9;?]*[A-Za-z]|\r/g;
const longest = 64 * 1024;

/** A stream for those who write text: each line of it becomes a note in the log, so that all of stderr has one form. */
export function openLogStream(log: Log, event: string): Writable {
  const decoder = new StringDecoder('utf8');
  let unfinished = '';
  const tell = (line: string): void => {
    const message = line.replaceAll(terminalCodes, '').trimEnd();
    if (message !== '') log.note(event, message);
  };
  return new Writable({
    decodeStrings: true,
    write: (piece: Buffer, _encoding, done) => {
      const lines = `${unfinished}${decoder.write(piece)}`.split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) tell(line);
      if (unfinished.length > longest) {
        tell(unfinished);
        unfinished = '';
      }
      done();
    },
    final: (done) => {
      tell(`${unfinished}${decoder.end()}`);
      unfinished = '';
      done();
    },
  });
}
