import type { Command, OutputConfiguration } from 'commander';
import { CommanderError } from 'commander';
import { globalSettings } from '../core/config/global-settings.ts';
import { profileFlags, withProfileFlags } from '../core/config/profile-flags.ts';
import { resolveSettings } from '../core/config/setting.ts';
import { AuditExportError, exitCodes, isAuditExportError } from '../errors.ts';
import type { GivenFlags } from './program.ts';
import { buildProgram, flagsOf } from './program.ts';
import { columnsOf } from './terminal/columns.ts';
import { wantsJson, wantsVerbose } from './terminal/given-words.ts';
import { logFormatOf } from './terminal/log-format.ts';
import type { CliProcess } from './terminal/terminal-context.ts';
import type { Invocation, Verb } from './verb.ts';
import { refuseMisspeltVariables } from './misspelt-variables.ts';
import { verbsFor } from './verbs/verbs-for.ts';

/** Runs one command line and returns its exit code. Never throws, never exits: the only place that catches everything. */
export async function run(argv: readonly string[], process: CliProcess): Promise<number> {
  let exitCode: number = exitCodes.done;
  const how = { version: process.version, columns: Math.min(columnsOf(process.stdout) ?? 80, widestHelp) };
  const program = buildProgram(await verbsFor(argv), how, async (verb, args, flags) => {
    exitCode = await runVerb(verb, args, flags, { argv, process });
  });
  let complaint = '';
  const output = {
    getOutHelpWidth: () => how.columns,
    writeOut: (text: string) => process.stdout.write(text),
    writeErr: (text: string) => {
      complaint += text;
    },
  };
  configureAll(program, output);
  try {
    if (hasOnlyFlags(program, argv)) {
      const { startVerb } = await import('./verbs/start.ts');
      return await runVerb(startVerb, [], flagsOf(program, globalSettings), { argv, process });
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return failWith(error, { argv, process });
    if (error.exitCode === 0) return exitCodes.done;
    const words = commandOf(program, argv);
    // Without a command of its own behind it, a command shows its help.
    const shown = error.code === 'commander.help' ? complaint : undefined;
    return failWith(fromCommander(error, complaint, words), { argv, process }, shown);
  }
}

/** Wider lines are hard to read. */
const widestHelp = 100;

/** Whether no command was given: nothing, or flags that every command has. */
function hasOnlyFlags(program: Command, argv: readonly string[]): boolean {
  if (argv[0]?.startsWith('-') === false) return false;
  const { operands, unknown } = program.parseOptions([...argv]);
  return operands.length === 0 && unknown.length === 0;
}

function configureAll(command: Command, output: OutputConfiguration): void {
  command.configureOutput(output).exitOverride();
  for (const child of command.commands) configureAll(child, output);
}

/** The words of the command line, and where they were typed. */
interface Call {
  argv: readonly string[];
  process: CliProcess;
}

async function runVerb(
  verb: Verb,
  args: readonly string[],
  flags: GivenFlags,
  { argv, process }: Call,
): Promise<number> {
  const { environment } = process;
  await refuseMisspelt(environment);
  const early = resolveSettings(
    { profile: globalSettings.profile, config: globalSettings.config },
    { flags, environment, profile: undefined },
  );
  const { loadProfile } = await import('./load-profile.ts');
  const { profile: found, configFile } = verb.readsProfile
    ? await loadProfile(early, process)
    : { profile: undefined, configFile: undefined };
  // A set-up that was begun in this folder does not change what is delivered elsewhere, under no profile that was named.
  const { to } = verb.settings;
  const isElsewhere =
    early.profile === undefined &&
    to !== undefined &&
    resolveSettings({ to }, { flags, environment, profile: undefined }).to !== undefined;
  const profile = isElsewhere && found?.profile.state === 'draft' ? undefined : found;
  const { withLog } = await import('./terminal/log-context.ts');
  const context = withLog(process, logFormatOf(argv, environment), verb.path.join('-'));
  const optionsBy = (profile: Invocation['profile']): Invocation['options'] => {
    const options = resolveSettings(
      { ...globalSettings, ...verb.settings },
      {
        flags,
        environment,
        profile: profile === undefined ? undefined : { name: profile.name, values: profile.profile },
      },
    );
    return { ...options, json: options.json || options.output === 'json' };
  };
  const reload: Invocation['reload'] = async () => {
    const again = await loadProfile(early, process);
    return { profile: again.profile, options: optionsBy(again.profile) };
  };
  try {
    return await verb.run({ context, args, flags, options: optionsBy(profile), profile, configFile, reload });
  } catch (error) {
    throw withFlags(error, early);
  }
}

/** A cure that is pasted must reach the profile that was named, in the configuration that was named. */
function withFlags(
  error: unknown,
  named: { profile: string | undefined; config: string | undefined },
): unknown {
  if (!isAuditExportError(error) || error.cure === undefined) return error;
  const { code, message, details, cause } = error;
  const cure = withProfileFlags(error.cure, profileFlags(named.profile, named.config));
  return cure === error.cure ? error : new AuditExportError(code, message, { cure, details, cause });
}

/** Only where there is a variable that may be misspelt are the settings of all verbs loaded. */
async function refuseMisspelt(environment: CliProcess['environment']): Promise<void> {
  if (!Object.keys(environment).some((name) => name.startsWith('AUDIT_EXPORT_'))) return;
  const { verbs } = await import('./verbs/index.ts');
  refuseMisspeltVariables(environment, verbs);
}

async function failWith(error: unknown, { argv, process }: Call, shown?: string): Promise<number> {
  const known = isAuditExportError(error) ? error : undefined;
  const { openLog } = await import('./terminal/log-context.ts');
  const { tellError } = await import('./render/error.ts');
  const log = openLog(process, logFormatOf(argv, process.environment));
  const how = { version: process.version, verbose: wantsVerbose(argv) };
  tellError(log, error, how, shown);
  if (wantsJson(argv, process)) {
    const { code, message, cure, details } = known ?? {
      code: 'unexpected',
      message: String(error),
      cure: undefined,
      details: {},
    };
    process.stdout.write(
      `${JSON.stringify({ error: { code, message, cure: cure ?? null, details } }, null, 2)}\n`,
    );
  }
  return known?.exitCode ?? exitCodes.bug;
}

/** What commander has to say of the command line, in our form. */
function fromCommander(
  { code }: CommanderError,
  complaint: string,
  words: readonly string[],
): AuditExportError {
  const [what = '', meant = ''] = complaint
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const message =
    code === 'commander.help'
      ? 'The command needs one of its own commands behind it.'
      : `${what.replace(/\.$/, '')}. ${meant.replaceAll(/^\(|\)$/g, '')}`.trimEnd();
  return new AuditExportError('usage', message, { cure: ['audit-export', ...words, '--help'].join(' ') });
}

/** The words that name a command, as far as they do. */
function commandOf(program: Command, argv: readonly string[]): string[] {
  const words: string[] = [];
  let command = program;
  for (const word of argv) {
    const child = command.commands.find((each) => each.name() === word);
    if (child === undefined) continue;
    words.push(word);
    command = child;
  }
  return words;
}
