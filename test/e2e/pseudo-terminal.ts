import { spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { environmentOf, program } from './run-cli.ts';
import type { Workspace } from './workspace.ts';

/** Keys that are not text. */
export const keys = {
  enter: '\r',
  up: '\u001B[A',
  down: '\u001B[B',
  space: ' ',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
} as const;

/** A program that runs in a real terminal, of 160 columns. */
export interface TerminalSession {
  /** Waits until the text has been shown after what was waited for before. Fails with the screen where it does not come. */
  see(text: string): Promise<void>;
  /** Waits until the question stands there, then types. */
  answer(question: string, ...typed: readonly string[]): Promise<void>;
  type(...typed: readonly string[]): void;
  /** Everything shown so far, without colours and cursor movements. */
  screen(): string;
  /** The same as it came. */
  raw(): string;
  /** The exit code. */
  ended: Promise<number | null>;
}

/** Of util-linux: runs a command in a new terminal. */
const terminalMaker = 'script';

/** Whether there is a `script` (util-linux) to make a terminal with. */
export const hasTerminal =
  process.platform === 'linux' && spawnSync(terminalMaker, ['--version'], { stdio: 'ignore' }).status === 0;

const patienceMs = 20_000;

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** Starts `audit-export` in a pseudo-terminal: stdin, stdout and stderr are all one terminal, as for a person. */
export function startInTerminal(
  workspace: Workspace,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): TerminalSession {
  const command = `stty cols 160 rows 40; exec ${[process.execPath, program, ...args].map(quoted).join(' ')}`;
  const child = spawn(terminalMaker, ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd: workspace.folder,
    env: { ...environmentOf(workspace), TERM: 'xterm', SHELL: '/bin/sh', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let seenTo = 0;
  child.stdout.on('data', (piece: Buffer) => {
    shown += piece.toString('utf8');
  });
  const screen = (): string => stripVTControlCharacters(shown).replaceAll('\r', '');
  const type = (...typed: readonly string[]): void => {
    for (const piece of typed) child.stdin.write(piece);
  };
  const see = async (text: string): Promise<void> => {
    const untilMs = Date.now() + patienceMs;
    for (;;) {
      const at = screen().indexOf(text, seenTo);
      if (at !== -1) {
        seenTo = at + text.length;
        return;
      }
      if (Date.now() > untilMs) throw new Error(`never shown: ${text}\n${screen()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const ended = new Promise<number | null>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`still running\n${screen()}`));
    }, patienceMs * 3);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
  ended.catch(() => undefined);
  return {
    see,
    answer: async (question, ...typed) => {
      await see(`? ${question}`);
      type(...typed);
    },
    type,
    screen,
    raw: () => shown,
    ended,
  };
}
