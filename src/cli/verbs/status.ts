import type { StatusOptions } from '../../commands/status/settings.ts';
import { statusSettings } from '../../commands/status/settings.ts';
import type { Verb } from '../verb.ts';

export const statusVerb: Verb = {
  path: ['status'],
  summary: 'what was delivered when; gaps; last results',
  args: [],
  settings: statusSettings,
  readsProfile: false,
  notes: `Tells of all profiles, or of the one after --profile: the last runs, how far behind each audit type is, what waits in
spool and quarantine, the last access test, and which type is silent for longer than its profile expects. Looks at the state folders of
this machine only; needs no credentials.

Examples:
  audit-export status
  audit-export status --profile acme --limit 50
  audit-export status --expect query=24h,alert=30d
  audit-export status --dismiss 3f2a91c0          # of a file that is gone for good
  audit-export status --json | jq '.profiles[] | {profile, problems}'`,
  run: async ({ context, options }) => {
    const { status } = await import('../../commands/status/index.ts');
    const { buildStatusHost } = await import('../status-context.ts');
    const { renderStatusReport } = await import('../render/status-report.ts');
    const { buildPalette } = await import('../render/palette.ts');
    const report = await status(options as unknown as StatusOptions, buildStatusHost(context, options));
    const { isTTY, columns } = context.stdout;
    const view = { verbose: options.verbose, columns: isTTY === true ? columns : undefined };
    context.stdout.write(
      options.json
        ? `${JSON.stringify(report, null, 2)}\n`
        : renderStatusReport(report, buildPalette(context, options.noColor), view),
    );
    return 0;
  },
};
