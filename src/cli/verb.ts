import type { GlobalOptions } from '../core/config/global-settings.ts';
import type { ChosenProfile } from '../core/config/parse-config.ts';
import type { Settings } from '../core/config/setting.ts';
import type { CliContext } from './terminal/terminal-context.ts';

/** What a verb is called with, once flags, environment and profile are resolved. */
export interface Invocation {
  context: CliContext;
  args: readonly string[];
  /** The words of the command line, by flag. */
  flags: Readonly<Record<string, readonly string[]>>;
  /** Values of the verb's own settings and the global ones. */
  options: GlobalOptions & Record<string, unknown>;
  profile: ChosenProfile | undefined;
  /** The configuration file in use, if there is one. */
  configFile: string | undefined;
  /** Reads the configuration again, under the same flags. Throws what is wrong with it. */
  reload: () => Promise<Pick<Invocation, 'options' | 'profile'>>;
}

/** One command of the command line: how it is called, and what runs. */
export interface Verb {
  /** Words that call it: `push`, `quarantine list`. */
  path: readonly string[];
  summary: string;
  /** Positional arguments, in commander's notation. */
  args: readonly { name: string; help: string }[];
  settings: Settings;
  /** Text below the flags: examples, exit codes. */
  notes: string;
  /** Whether a missing profile matters: commands about the configuration itself look at the file in their own way. */
  readsProfile: boolean;
  /** Does it and returns the exit code. Loads what it needs. */
  run: (invocation: Invocation) => Promise<number>;
}
