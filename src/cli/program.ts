import { Command, Option } from 'commander';
import { globalSettings } from '../core/config/global-settings.ts';
import type { Setting, Settings } from '../core/config/setting.ts';
import { wrapHelp } from '../core/report/help-text.ts';
import type { Verb } from './verb.ts';
import { exitCodeTable } from './terminal/exit-code-table.ts';

/** Words given for flags, by flag name. */
export type GivenFlags = Record<string, readonly string[]>;

/** Called with the verb that was chosen, its arguments and the flags given. */
export type OnVerb = (verb: Verb, args: readonly string[], flags: GivenFlags) => Promise<void>;

/** Builds the command line from the table of verbs. Errors and help, `columns` wide, leave it as commander's exceptions. */
export function buildProgram(
  verbs: readonly Verb[],
  { version, columns }: { version: string; columns: number },
  onVerb: OnVerb,
): Command {
  const program = new Command('audit-export')
    .description(
      'Delivers audit logs into your own S3 bucket: filed by event time, not a byte altered, none lost, none twice, every line accounted for.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    // The words of an option say all of it.
    .configureHelp({ optionDescription: ({ description }) => description })
    .addHelpText('after', `\n${exitCodeTable(columns)}\n\n${wrapHelp(environmentRule, columns)}`);
  addSettings(program, globalSettings);
  const groups = new Map<string, Command>();
  for (const verb of verbs) {
    const above = verb.path.slice(0, -1);
    const parent = above.length === 0 ? program : groupOf(program, groups, above.join(' '));
    const command = addVerb(parent, { verb, columns }, onVerb);
    // A verb of three words belongs to one of two: what comes first is made first.
    if (above.length > 0) groups.set(verb.path.join(' '), command);
  }
  return program;
}

const environmentRule =
  'Every flag has an environment variable: --object-size is AUDIT_EXPORT_OBJECT_SIZE. Flags win over the environment, the environment over the profile.';

const groupSummaries: Record<string, string> = {
  iam: 'the policy and the role: print, compare, make, remove',
  quarantine: 'the lines that were set aside',
  evidence: 'the transparency log: its key, proofs, bundles, removals',
  collect: 'audit events from where they arise',
  consumers: 'what the readers of the bucket need: Athena, Splunk, e-mails',
  map: 'events in other forms: OCSF',
  types: 'the audit types and their schemas',
  config: 'profiles and settings',
};

function groupOf(program: Command, groups: Map<string, Command>, name: string): Command {
  const known = groups.get(name);
  if (known !== undefined) return known;
  const group = program
    .command(name)
    .description(groupSummaries[name] ?? '')
    .helpCommand(false);
  groups.set(name, group);
  return group;
}

const everywhere = Object.values<Setting>(globalSettings)
  .map(({ flag, short }) => (short === undefined ? `--${flag}` : `-${short} --${flag}`))
  .join(', ');

function addVerb(
  parent: Command,
  { verb, columns }: { verb: Verb; columns: number },
  onVerb: OnVerb,
): Command {
  const notes = wrapHelp(`Everywhere (see audit-export --help): ${everywhere}.\n\n${verb.notes}`, columns);
  const command = parent
    .command(verb.path.at(-1) ?? '')
    .description(verb.summary)
    .addHelpText('after', `\n${notes}`);
  for (const { name, help } of verb.args) command.argument(name, help);
  addSettings(command, verb.settings);
  command.action(async () => {
    const settings = { ...globalSettings, ...verb.settings };
    await onVerb(verb, command.args, flagsOf(command, settings));
  });
  return command;
}

function addSettings(command: Command, settings: Settings): void {
  for (const setting of Object.values(settings)) command.addOption(toOption(setting));
}

function toOption(setting: Setting): Option {
  const { flag, short, value, valueIsOptional, help, choices = [], group } = setting;
  const isSaid = choices.every((word) => help.includes(word) || /^\d$/.test(word));
  const words = isSaid ? '' : ` (${choices.join(', ')})`;
  const preset =
    setting.default === undefined || setting.kind === 'switch' ? '' : `; default ${setting.default}`;
  const operand = value === undefined ? '' : valueIsOptional ? ` [${value}]` : ` <${value}>`;
  const option = new Option(
    `${short === undefined ? '' : `-${short}, `}--${flag}${operand}`,
    `${help}${words}${preset}`,
  ).helpGroup(`${group}:`);
  if (value !== undefined)
    option.argParser((word: string, before: string[] | undefined) => [...(before ?? []), word]);
  if (valueIsOptional) option.preset('');
  return option;
}

/** Only what stands on the command line: the environment, profile and defaults are resolved by our own table. */
export function flagsOf(command: Command, settings: Settings): GivenFlags {
  const flags: GivenFlags = {};
  for (const { flag, kind } of Object.values(settings)) {
    // Commander stores --no-color as color: false.
    const attribute = new Option(`--${flag}`).attributeName();
    if (command.getOptionValueSourceWithGlobals(attribute) !== 'cli') continue;
    flags[flag] = kind === 'switch' ? ['true'] : (command.optsWithGlobals()[attribute] as string[]);
  }
  return flags;
}
