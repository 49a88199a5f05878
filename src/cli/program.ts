import { Command, Option } from 'commander';
import { globalSettings } from '../core/config/global-settings.ts';
import type { Setting, Settings } from '../core/config/setting.ts';
import type { Verb } from './verb.ts';
import { exitCodeTable } from './terminal/exit-code-table.ts';

/** Words given for flags, by flag name. */
export type GivenFlags = Record<string, readonly string[]>;

/** Called with the verb that was chosen, its arguments and the flags given. */
export type OnVerb = (verb: Verb, args: readonly string[], flags: GivenFlags) => Promise<void>;

/** Builds the command line from the table of verbs. Errors and help leave it as commander's exceptions. */
export function buildProgram(verbs: readonly Verb[], version: string, onVerb: OnVerb): Command {
  const program = new Command('audit-export')
    .description(
      'Delivers audit logs into your own S3 bucket: filed by event time, not a byte altered, none lost, none twice, every line accounted for.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText(
      'after',
      `\n${exitCodeTable}\n\nEvery flag has an environment variable: --object-size is AUDIT_EXPORT_OBJECT_SIZE.\nFlags win over the environment, the environment over the profile.`,
    );
  addSettings(program, globalSettings);
  const groups = new Map<string, Command>();
  for (const verb of verbs) {
    const above = verb.path.slice(0, -1);
    const parent = above.length === 0 ? program : groupOf(program, groups, above.join(' '));
    const command = addVerb(parent, verb, verb.path.at(-1) ?? '', onVerb);
    // A verb of three words belongs to one of two: what comes first is made first.
    if (above.length > 0) groups.set(verb.path.join(' '), command);
  }
  return program;
}

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

function addVerb(parent: Command, verb: Verb, name: string, onVerb: OnVerb): Command {
  const command = parent.command(name).description(verb.summary).addHelpText('after', `\n${verb.notes}`);
  for (const { name, help } of verb.args) command.argument(name, help);
  addSettings(command, verb.settings);
  command.action(async () => {
    const settings = { ...globalSettings, ...verb.settings };
    await onVerb(verb, command.args, givenFlags(command, settings));
  });
  return command;
}

function addSettings(command: Command, settings: Settings): void {
  for (const setting of Object.values(settings)) command.addOption(toOption(setting));
}

function toOption(setting: Setting): Option {
  const { flag, value, valueIsOptional, help, choices, group } = setting;
  const words = choices === undefined ? '' : ` (${choices.join(', ')})`;
  const preset =
    setting.default === undefined || setting.kind === 'switch' ? '' : `; default ${setting.default}`;
  const option = new Option(
    value === undefined ? `--${flag}` : `--${flag} ${valueIsOptional ? `[${value}]` : `<${value}>`}`,
    `${help}${words.length > 30 ? '' : words}${preset}`,
  ).helpGroup(`${group}:`);
  if (value !== undefined)
    option.argParser((word: string, before: string[] | undefined) => [...(before ?? []), word]);
  if (valueIsOptional) option.preset('');
  return option;
}

/** Only what stands on the command line: the environment, profile and defaults are resolved by our own table. */
function givenFlags(command: Command, settings: Settings): GivenFlags {
  const flags: GivenFlags = {};
  for (const { flag, kind } of Object.values(settings)) {
    // Commander stores --no-color as color: false.
    const attribute = new Option(`--${flag}`).attributeName();
    if (command.getOptionValueSourceWithGlobals(attribute) !== 'cli') continue;
    flags[flag] = kind === 'switch' ? ['true'] : (command.optsWithGlobals()[attribute] as string[]);
  }
  return flags;
}
