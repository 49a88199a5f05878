import { shellWord } from '../core/language/shell-word.ts';
import type { Invocation } from './verb.ts';

/** The words of a command line, to be pasted: the verb, and the flags as they were given. */
export function commandLine(verb: string, flags: Invocation['flags']): string {
  const words = Object.entries(flags).flatMap(([flag, values]) =>
    values.join() === 'true' ? [`--${flag}`] : values.flatMap((value) => [`--${flag}`, shellWord(value)]),
  );
  return ['audit-export', verb, ...words].join(' ');
}
