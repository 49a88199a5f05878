import { Chalk } from 'chalk';
import type { CliContext } from '../terminal/terminal-context.ts';

/** The few styles in which results are shown. */
export interface Palette {
  strong: (text: string) => string;
  faint: (text: string) => string;
  good: (text: string) => string;
  bad: (text: string) => string;
  warn: (text: string) => string;
}

/** Colours for a terminal that wants them: not with --no-color, NO_COLOR, TERM=dumb, or into a file. */
export function buildPalette(
  { stdout, environment }: Pick<CliContext, 'stdout' | 'environment'>,
  noColor: boolean,
): Palette {
  const refused =
    noColor ||
    (environment['NO_COLOR'] ?? '') !== '' ||
    environment['TERM'] === 'dumb' ||
    stdout.isTTY !== true;
  const chalk = new Chalk({ level: refused ? 0 : 1 });
  return { strong: chalk.bold, faint: chalk.dim, good: chalk.green, bad: chalk.red, warn: chalk.yellow };
}
