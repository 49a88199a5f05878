import type { StartReport } from '../../commands/start/index.ts';
import type { Verb } from '../verb.ts';

/** What runs where no command is given. */
export const startVerb: Verb = {
  path: [],
  summary: '',
  args: [],
  settings: {},
  readsProfile: false,
  notes: '',
  run: async ({ context, options }) => {
    const { openConfig, placesOf } = await import('../contexts/access/config-context.ts');
    const { start } = await import('../../commands/start/index.ts');
    const store = await openConfig(context, options.config);
    const config = await store.read();
    const places = placesOf(context, options.config);
    const report = start({ places, file: store.file, config, named: options.config });
    context.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : await textOf(report, context.version),
    );
    return 0;
  },
};

async function textOf({ file, places, profiles, next }: StartReport, version: string): Promise<string> {
  const { layoutTable } = await import('../../core/report/table.ts');
  const rows = profiles.map(({ name, isDefault, to, state }) => [
    `  ${name}${isDefault ? ' (default)' : ''}`,
    to ?? '-',
    state ?? '',
  ]);
  const here =
    file === null
      ? ['Nothing is set up here. A configuration was looked for in', ...places.map((place) => `  ${place}`)]
      : [`Set up in ${file}:`, ...layoutTable(rows, 3)];
  const steps = next.flatMap(({ command, does }) => [`  ${command}`, `      ${does}`]);
  return `audit-export ${version} delivers audit events into your own S3 bucket, or a folder.\n\n${here.join('\n')}\n\nNext:\n${steps.join('\n')}\n\nAll commands: audit-export --help\n`;
}
