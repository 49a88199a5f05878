import { initSettings } from '../../../commands/init/settings.ts';
import type { InitRequest } from '../../../commands/init/index.ts';
import { exitCodes } from '../../../errors.ts';
import { columnsOf } from '../../terminal/columns.ts';
import type { Verb } from '../../verb.ts';

export const initVerb: Verb = {
  path: ['init'],
  summary: 'set up an export: asks, shows the plan, makes policy and role, tests them',
  args: [],
  settings: initSettings,
  readsProfile: false,
  notes: `Examples:
  audit-export init                                    # asks; Ctrl-C keeps what was answered
  audit-export init --profile acme --account-id 111122223333 --organization-id ORG --bucket acme-audit --yes
  audit-export init --request for-admin.json           # without rights in IAM: hand this file over,
  audit-export init --receipt from-admin.json          # and go on with what comes back
  audit-export init --profile acme --reconfigure       # change bucket, region, role or trust

What a flag, an environment variable or the profile answers is not asked. Without a terminal, or with --no-input, nothing
is asked at all, and what is missing is named. --yes takes the defaults and applies.
A profile is a draft until policy and role are made, applied until the access is proven, then active.

Exit codes: 0 done as far as can be seen; 2 an answer is missing or wrong; 4 access was refused, or the access test
failed; 130 closed (what was answered is kept).`,
  run: async ({ context, options }) => {
    const { init } = await import('../../../commands/init/index.ts');
    const { buildInitHost } = await import('../../contexts/access/init-context.ts');
    const { renderInitReport } = await import('../../render/access/init-report.ts');
    const { buildPalette } = await import('../../render/palette.ts');
    const request = { options } as unknown as InitRequest;
    const report = await init(request, await buildInitHost(context, options));
    context.stdout.write(
      options.json
        ? `${JSON.stringify(report, null, 2)}\n`
        : renderInitReport(report, buildPalette(context, options.noColor), columnsOf(context.stdout)),
    );
    const { isGood } = await import('../../../core/access/access-report.ts');
    return report.test === null || isGood(report.test) ? exitCodes.done : exitCodes.access;
  },
};
