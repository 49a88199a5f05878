import type { ConfigSetOptions } from '../../commands/config/settings.ts';
import { configSetSettings } from '../../commands/config/settings.ts';
import { pushSettings } from '../../commands/push/plan/settings.ts';
import type { ConfigReport } from '../../commands/config/show.ts';
import type { Invocation, Verb } from '../verb.ts';

export const configShowVerb: Verb = {
  path: ['config', 'show'],
  summary: 'the settings a run would use, and where each comes from',
  args: [],
  settings: pushSettings,
  readsProfile: true,
  notes: `Flags win over the environment, the environment over the profile, the profile over the default. Takes the flags of push,
to see what they would change.`,
  run: async (invocation) => {
    const { context, options } = invocation;
    const { renderConfigReport } = await import('../render/config-report.ts');
    const { buildPalette } = await import('../render/palette.ts');
    const report = await reportOf(invocation);
    show(context, options, report, () => renderConfigReport(report, buildPalette(context, options.noColor)));
    return 0;
  },
};

export const configGetVerb: Verb = {
  path: ['config', 'get'],
  summary: 'the value of one setting, as a run would use it',
  args: [{ name: '<name>', help: 'such as to or objectSize' }],
  settings: {},
  readsProfile: true,
  notes: `Prints the value alone, as one writes it, and nothing where there is none.

Examples:
  audit-export config get to --profile acme
  audit-export config get objectSize`,
  run: async (invocation) => {
    const { context, options, args } = invocation;
    const { settingOf } = await import('../../commands/config/show.ts');
    const setting = settingOf(await reportOf(invocation), args[0] ?? '');
    show(context, options, setting, () => (setting.written === null ? '' : `${setting.written}\n`));
    return 0;
  },
};

export const configListVerb: Verb = {
  path: ['config', 'list'],
  summary: 'the settings that have a value, one a line',
  args: [],
  settings: {},
  readsProfile: true,
  notes: 'As NAME=VALUE. Where each comes from: audit-export config show.',
  run: async (invocation) => {
    const { context, options } = invocation;
    const report = await reportOf(invocation);
    const lines = report.settings.flatMap(({ name, written }) =>
      written === null ? [] : [`${name}=${written}\n`],
    );
    show(context, options, report, () => lines.join(''));
    return 0;
  },
};

async function reportOf({ context, flags, profile, configFile }: Invocation): Promise<ConfigReport> {
  const { showConfig } = await import('../../commands/config/show.ts');
  return showConfig({ flags, environment: context.environment }, profile, configFile);
}

function show(
  { stdout }: Invocation['context'],
  { json }: Invocation['options'],
  report: object,
  textOf: () => string,
): void {
  stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : textOf());
}

export const configSetVerb: Verb = {
  path: ['config', 'set'],
  summary: 'change the audit types, how they are delivered, or what is expected of them',
  args: [
    { name: '<name>', help: 'such as types or objectSize' },
    { name: '[values...]', help: 'as for the flag of push' },
  ],
  settings: configSetSettings,
  readsProfile: false,
  notes: `Examples:
  audit-export config set types query,alert
  audit-export config set objectSize 128MiB
  audit-export config set tags team=security cost=42
  audit-export config set expect query=24h alert=30d
  audit-export config set --unset layout

Bucket, region, role and trust are not changed by a slip: audit-export init --reconfigure shows the difference first.`,
  run: async ({ context, args, options }) => {
    const { setConfig } = await import('../../commands/config/set.ts');
    const { buildSetHost } = await import('../contexts/access/config-context.ts');
    const { renderConfigChange } = await import('../render/config-report.ts');
    const [name = '', ...values] = args;
    const { unset } = options as unknown as ConfigSetOptions;
    const change = await setConfig(
      { name, values, unset, profile: options.profile },
      await buildSetHost(context, options.config),
    );
    context.stdout.write(options.json ? `${JSON.stringify(change, null, 2)}\n` : renderConfigChange(change));
    return 0;
  },
};

export const configPathVerb: Verb = {
  path: ['config', 'path'],
  summary: 'the configuration file in use, or the one that init would make',
  args: [],
  settings: {},
  readsProfile: false,
  notes: 'The first of: --config FILE, ./audit-export.json, $XDG_CONFIG_HOME/audit-export/config.json.',
  run: async ({ context, options }) => {
    const { openConfig, placesOf } = await import('../contexts/access/config-context.ts');
    const config = await openConfig(context, options.config);
    const exists = (await config.read()) !== undefined;
    const report = {
      report: 'config-path',
      version: 1,
      file: config.file,
      exists,
      places: placesOf(context, options.config),
    };
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${config.file}\n`);
    return 0;
  },
};
