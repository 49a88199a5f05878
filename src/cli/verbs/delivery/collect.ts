import type { CollectRequest } from '../../../commands/collect/index.ts';
import { collectSettings } from '../../../commands/collect/settings.ts';
import type { CollectOptions } from '../../../commands/collect/settings.ts';
import type { CollectHost } from '../../../commands/collect/collect-host.ts';
import { AuditExportError, exitCodes } from '../../../errors.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import type { Verb } from '../../verb.ts';

export const collectSnowflakeVerb: Verb = {
  path: ['collect', 'snowflake'],
  summary: "read Snowflake's query and access history, and deliver it as native-query events",
  args: [{ name: '[output]', help: '- prints the records to stdout instead of delivering them' }],
  settings: collectSettings,
  readsProfile: true,
  notes: `Examples:
  audit-export collect snowflake --print-setup --user AUDIT_EXPORT_SERVICE
  audit-export collect snowflake --check --profile acme
  audit-export collect snowflake --profile acme --user-map users.csv --data-sources objects.csv --since 365d
  audit-export collect snowflake --profile acme
  audit-export collect snowflake --account acme-prod --user AUDIT_EXPORT_SERVICE --unmapped keep - | jq .

Each run continues where the last one came to. Run it every hour to every day; nothing is lost or doubled by a run
that failed. What is read is over for --settle, in whole windows (UTC); the overlap is looked through for late rows.
The key or token comes from SNOWFLAKE_PRIVATE_KEY_PATH or SNOWFLAKE_PRIVATE_KEY (with _PASSPHRASE), SNOWFLAKE_TOKEN or
SNOWFLAKE_TOKEN_FILE_PATH, never from a flag. Needs Enterprise Edition. See docs/collect-snowflake.md.

Exit codes: 0 all records are durable; 4 log-in, role or privilege, or access to the store; 6 Snowflake or delivery
failed (run it again); 5 done, but lines were set aside; 3 a file is invalid; 2 usage; 130 interrupted.`,
  run: async ({ context, args, options, profile }) => {
    const { settleStore } = await import('../../contexts/delivery/settle-store.ts');
    const asked = (await settleStore(options, context)) as unknown as CollectOptions;
    if (args.length > 1 || (args[0] ?? '-') !== '-')
      throw new AuditExportError('usage', `collect snowflake takes no ${JSON.stringify(args[0])}.`, {
        cure: 'Use - to print the records, or --to to deliver them.',
      });
    if (asked.printSetup && asked.check)
      throw new AuditExportError('usage', '--print-setup and --check are two things to do.', {
        cure: 'Set it up first, then check it.',
      });
    const { buildCollectHost } = await import('../../contexts/delivery/collect-context.ts');
    const host = buildCollectHost(context, asked);
    if (asked.printSetup) return showSetup(asked, host, context);
    if (asked.check) return showCheck(asked, host, context);
    const { collectSnowflake } = await import('../../../commands/collect/index.ts');
    const { showCollectReport } = await import('../../render/delivery/show-collect-report.ts');
    const request: CollectRequest = { print: args[0] === '-', options: asked, profile };
    const { evidenceLast } = await import('../../terminal/evidence-last.ts');
    return evidenceLast(
      context,
      (within) => collectSnowflake(request, buildCollectHost(within, asked)),
      (report) => showCollectReport(report, options, context),
    );
  },
};

async function showSetup(
  options: CollectOptions,
  host: CollectHost,
  { stdout }: CliContext,
): Promise<number> {
  const { setupSql } = await import('../../../commands/collect/look.ts');
  const sql = await setupSql(options, host);
  stdout.write(
    options.json ? `${JSON.stringify({ report: 'collect-setup', version: 1, sql }, null, 2)}\n` : sql,
  );
  return exitCodes.done;
}

async function showCheck(options: CollectOptions, host: CollectHost, context: CliContext): Promise<number> {
  const { checkCollect } = await import('../../../commands/collect/look.ts');
  const { renderCheckProbe, renderCheckVerdict } = await import('../../render/delivery/collect-check.ts');
  const { buildPalette } = await import('../../render/palette.ts');
  const { stdout } = context;
  const palette = buildPalette(context, options.noColor);
  const report = await checkCollect(options, host, (probe) => {
    if (!options.json && !(options.quiet && probe.status === 'pass'))
      stdout.write(renderCheckProbe(probe, palette));
  });
  stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderCheckVerdict(report, palette));
  return report.verdict === 'passed' ? exitCodes.done : exitCodes.access;
}
