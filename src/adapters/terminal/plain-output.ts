import { Writable } from 'node:stream';

// oxlint-disable-next-line no-control-regex -- the control character is what is looked for
const colours = /\u001b\[[0-9;]*m/g;

type TerminalOutput = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** The same output without colours: cursor movements stay. Inquirer knows nothing of NO_COLOR on Node 20. */
export function plainOutput(output: TerminalOutput): TerminalOutput {
  const plain: TerminalOutput = new Writable({
    decodeStrings: false,
    write: (piece: string | Buffer, _encoding, done) => {
      output.write(piece.toString().replaceAll(colours, ''));
      done();
    },
  });
  for (const name of ['isTTY', 'columns', 'rows'] as const)
    Object.defineProperty(plain, name, { get: () => output[name] });
  return plain;
}
