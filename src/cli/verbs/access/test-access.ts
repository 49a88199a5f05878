import { testAccessSettings } from '../../../commands/test-access/settings.ts';
import type { TestAccessRequest } from '../../../commands/test-access/index.ts';
import { exitCodes } from '../../../errors.ts';
import { columnsOf } from '../../terminal/columns.ts';
import type { Verb } from '../../verb.ts';

export const testAccessVerb: Verb = {
  path: ['test-access'],
  summary: "prove what the role can do, and what it can't",
  args: [],
  settings: testAccessSettings,
  readsProfile: true,
  notes: `Tries one thing after another, from the profile up to what must be denied; what needs a thing that failed is
skipped. Delivers one small object with the very call of push: PREFIX/_audit-export/access-test/probe, always the same.
Every finding and its cure: docs/test-access.md. The result is kept in the state folder of the profile (or of the destination).

Examples:
  audit-export test-access --profile acme
  audit-export test-access --profile acme --wait 90s          # right after the role was made
  audit-export test-access --profile acme --no-write --json
  audit-export test-access --only put-object,conditional-write
  audit-export test-access --to s3://acme-audit/altr --region us-east-1 \\
    --role-arn arn:aws:iam::111122223333:role/ALTRPublishSIEMDataAcme --external-id ID

Exit codes: 0 passed; 4 failed, not yet visible, or seen from one side only (a role that trusts only the vendor can't be
tried by its owner); 2 usage, or a bucket with Object Lock and neither --yes nor --no-write; 130 interrupted.`,
  run: async ({ context, options, profile }) => {
    const { testAccess } = await import('../../../commands/test-access/index.ts');
    const { buildTestAccessHost } = await import('../../contexts/access/access-context.ts');
    const { renderAccessReport } = await import('../../render/access/test-access-report.ts');
    const { buildPalette } = await import('../../render/palette.ts');
    const request = { options, profile } as unknown as TestAccessRequest;
    const report = await testAccess(request, buildTestAccessHost(context, options));
    const { isGood } = await import('../../../core/access/access-report.ts');
    const passed = isGood(report);
    if (options.json) context.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else if (!options.quiet || !passed) {
      const palette = buildPalette(context, options.noColor);
      const text = renderAccessReport(report, palette, columnsOf(context.stdout));
      context.stdout.write(text);
    }
    return passed ? exitCodes.done : exitCodes.access;
  },
};
