import type { StatusOptions } from '../../../commands/status/settings.ts';
import { statusSettings } from '../../../commands/status/settings.ts';
import type { StoreCoverage } from '../../../commands/status/coverage.ts';
import type { StatusReport } from '../../../commands/status/status-report.ts';
import type { VerifyHost } from '../../../commands/verify/verify-host.ts';
import { columnsOf } from '../../terminal/columns.ts';
import type { Invocation, Verb } from '../../verb.ts';

export const statusVerb: Verb = {
  path: ['status'],
  summary: 'what was delivered when; gaps; last results',
  args: [],
  settings: statusSettings,
  readsProfile: false,
  notes: `Tells of all profiles, or of the one after --profile: the last runs, how far behind each audit type is, what waits in
spool and quarantine, the last access test, and which type is silent for longer than its profile expects. Looks at the state folders of
this machine only; needs no credentials. With --map or --page it also reads the transparency log of the store (docs/evidence.md), with
your own credentials, and shows what was delivered of each day; no object is read.

Examples:
  audit-export status
  audit-export status --profile acme --limit 50
  audit-export status --expect query=24h,alert=30d
  audit-export status --map --profile acme
  audit-export status --page acme.html --store s3://acme-audit/altr
  audit-export status --dismiss 3f2a91c0          # of a file that is gone for good
  audit-export status --json | jq '.profiles[] | {profile, problems}'`,
  run: async (invocation) => {
    const { context, options } = invocation;
    const { status } = await import('../../../commands/status/index.ts');
    const { buildStatusHost } = await import('../../contexts/delivery/status-context.ts');
    const { renderStatusReport } = await import('../../render/delivery/status-report.ts');
    const { buildPalette } = await import('../../render/palette.ts');
    const report = await status(options as unknown as StatusOptions, buildStatusHost(context, options));
    const coverage = await readCoverage(invocation, report);
    const view = { verbose: options.verbose, columns: columnsOf(context.stdout) };
    context.stdout.write(
      options.json
        ? `${JSON.stringify({ ...report, ...(coverage === undefined ? {} : { coverage }) }, null, 2)}\n`
        : renderStatusReport(report, buildPalette(context, options.noColor), view),
    );
    if (!options.json && options['map'] === true && coverage !== undefined) {
      const { renderCoverage } = await import('../../render/readers/coverage.ts');
      context.stdout.write(renderCoverage(coverage, view.columns ?? 100));
    }
    return 0;
  },
};

/** Reads the logs where --map or --page ask for it, and writes the page. */
async function readCoverage(
  { context, options }: Invocation,
  report: StatusReport,
): Promise<StoreCoverage[] | undefined> {
  const { map, page, store } = options as unknown as StatusOptions;
  if (!map && page === undefined) return undefined;
  const { coverageOf, writeCoveragePage } = await import('../../../commands/status/coverage.ts');
  const { buildVerifyHost } = await import('../../contexts/readers/verify-context.ts');
  const open = (endpointUrl: string | undefined): VerifyHost =>
    buildVerifyHost(context, { ...options, endpointUrl: endpointUrl ?? options.endpointUrl });
  const coverage = await coverageOf(report, store, open);
  if (page !== undefined) {
    await writeCoveragePage(page, coverage, open(undefined));
    context.log.note('page-written', `The coverage is in ${page}.`);
  }
  return coverage;
}
