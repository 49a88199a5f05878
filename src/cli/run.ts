import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { globalSettings } from '../core/config/global-settings.ts';
import { environmentName, resolveSettings } from '../core/config/setting.ts';
import { AuditExportError, exitCodes, isAuditExportError } from '../errors.ts';
import type { GivenFlags } from './program.ts';
import { buildProgram } from './program.ts';
import { renderError } from './render/error.ts';
import type { CliContext } from './terminal-context.ts';
import type { Verb } from './verb.ts';
import { refuseMisspeltVariables } from './misspelt-variables.ts';
import { verbs } from './verbs/index.ts';

/** Runs one command line and returns its exit code. Never throws, never exits: the only place that catches everything. */
export async function run(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = buildProgram(verbs, context.version, async (verb, args, flags) => {
    exitCode = await runVerb(verb, args, flags, context);
  });
  const output = {
    writeOut: (text: string) => context.stdout.write(text),
    writeErr: (text: string) => context.stderr.write(text),
  };
  configureAll(program, output);
  try {
    if (argv.length === 0)
      throw new AuditExportError('usage', 'No command was given.', {
        cure: 'See audit-export --help; to begin: npm run demo, or audit-export push --to FOLDER FILE',
      });
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failWith(error, argv, context);
  }
}

function configureAll(
  command: Command,
  output: { writeOut: (text: string) => void; writeErr: (text: string) => void },
): void {
  command.configureOutput(output).exitOverride();
  for (const child of command.commands) configureAll(child, output);
}

async function runVerb(
  verb: Verb,
  args: readonly string[],
  flags: GivenFlags,
  context: CliContext,
): Promise<number> {
  const { environment } = context;
  refuseMisspeltVariables(environment, verbs);
  const early = resolveSettings(
    { profile: globalSettings.profile, config: globalSettings.config },
    { flags, environment, profile: undefined },
  );
  const { loadProfile } = await import('./load-profile.ts');
  const { profile, configFile } = verb.readsProfile
    ? await loadProfile(early, context)
    : { profile: undefined, configFile: undefined };
  const given = {
    flags,
    environment,
    profile: profile === undefined ? undefined : { name: profile.name, values: profile.profile },
  };
  const options = resolveSettings({ ...globalSettings, ...verb.settings }, given);
  return verb.run({ context, args, flags, options, profile, configFile });
}

function failWith(error: unknown, argv: readonly string[], context: CliContext): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const known = isAuditExportError(error) ? error : fromCommander(error);
  // Commander has written its own message already.
  if (!(error instanceof CommanderError)) {
    context.stderr.write(
      renderError(error, { version: context.version, verbose: argv.includes('--verbose') }),
    );
  }
  if (wantsJson(argv, context)) {
    const { code, message, cure, details } = known ?? {
      code: 'unexpected',
      message: String(error),
      cure: undefined,
      details: {},
    };
    context.stdout.write(
      `${JSON.stringify({ error: { code, message, cure: cure ?? null, details } }, null, 2)}\n`,
    );
  }
  return known?.exitCode ?? exitCodes.bug;
}

function fromCommander(error: unknown): AuditExportError | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return new AuditExportError('usage', error.message.replace(/^error: /, ''), {
    cure: 'See audit-export --help.',
  });
}

/** Errors may come before settings are resolved, so this looks at the words themselves. */
function wantsJson(argv: readonly string[], { environment }: CliContext): boolean {
  return (
    argv.includes('--json') ||
    ['1', 'true', 'yes', 'on'].includes(
      (environment[environmentName(globalSettings.json.flag)] ?? '').toLowerCase(),
    )
  );
}
