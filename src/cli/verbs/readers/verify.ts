import type { VerifyOptions } from '../../../commands/verify/settings.ts';
import { verifySettings } from '../../../commands/verify/settings.ts';
import type { VerifyHost } from '../../../commands/verify/verify-host.ts';
import { exitCodes } from '../../../errors.ts';
import { columnsOf } from '../../terminal/columns.ts';
import type { Invocation, Verb } from '../../verb.ts';

export const verifyVerb: Verb = {
  path: ['verify'],
  summary: 'prove that what is in the store is complete and untouched',
  args: [{ name: '[object]', help: 'with --proof: the file to check' }],
  settings: verifySettings,
  readsProfile: true,
  notes: `Holds what lies in the store against the transparency log that push writes beside it: each object is there and holds what was
delivered, nothing else is there, the log itself is whole, and the books of each run add up. Works on the bucket, on a synced copy,
after the prefix was renamed, and offline. A bucket is read with your own credentials: s3:ListBucket and s3:GetObject on the prefix.

Examples:
  audit-export verify --profile acme
  audit-export verify --store s3://acme-audit/altr --key "$(cat acme.vkey)" --remember acme.seen
  audit-export verify --store ./copy-of-the-bucket --from 2026-01-01 --to 2026-03-31 --report q1.html
  audit-export verify --proof one.tlog-proof --key "$(cat acme.vkey)" one.jsonl.gz

What is found has stable codes: object-missing, object-altered, object-unclaimed, object-renamed, line-misplaced, count-off,
entry-altered, tile-missing, tile-altered, checkpoint-bad-signature, foreign-key, log-rolled-back, log-forked, log-silent,
run-unfinished, balance-off, clock-back, event-twice (--deep). That the end of a log was cut off shows only to who remembers it:
--remember, a copy of the checkpoints elsewhere, or a witness (docs/evidence.md).

Exit codes: 0 complete and untouched; 7 something was found; 4 nothing was found, but a permission is missing, and the report says
what could not be proven for that; 6 the same for another reason; 2 usage.`,
  run: async (invocation) => {
    const options = verifyOptions(invocation);
    const { buildVerifyHost } = await import('../../contexts/readers/verify-context.ts');
    const host = buildVerifyHost(invocation.context, invocation.options);
    return options.proof === undefined
      ? verifyStore(options, invocation, host)
      : verifyProof(options, invocation, host);
  },
};

/** AUDIT_EXPORT_TO is the store that push delivers to, and no time. */
function verifyOptions({ options, flags }: Invocation): VerifyOptions {
  return { ...(options as unknown as VerifyOptions), to: flags['to']?.at(-1) };
}

async function verifyStore(
  asked: VerifyOptions,
  { context, options }: Invocation,
  host: VerifyHost,
): Promise<number> {
  const { verify } = await import('../../../commands/verify/index.ts');
  const { renderVerifyReport } = await import('../../render/readers/verify-report.ts');
  const { buildPalette } = await import('../../render/palette.ts');
  const report = await verify(asked, host);
  const view = { verbose: options.verbose, columns: columnsOf(context.stdout) };
  const isWell = report.verdict === 'intact';
  if (options.json) context.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (!isWell || !options.quiet)
    context.stdout.write(renderVerifyReport(report, buildPalette(context, options.noColor), view));
  if (isWell) return exitCodes.done;
  if (report.verdict === 'findings') return exitCodes.verification;
  const isDenied = report.notProven.some(
    ({ permission, why }) => permission !== undefined || why === 'access denied',
  );
  return isDenied ? exitCodes.access : exitCodes.delivery;
}

async function verifyProof(
  asked: VerifyOptions,
  { context, options, args }: Invocation,
  host: VerifyHost,
): Promise<number> {
  const { checkProof } = await import('../../../commands/verify/check-proof.ts');
  const { renderProofReport } = await import('../../render/readers/verify-report.ts');
  const { buildPalette } = await import('../../render/palette.ts');
  const report = await checkProof(asked, args, host);
  context.stdout.write(
    options.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : renderProofReport(report, buildPalette(context, options.noColor)),
  );
  return report.verdict === 'intact' ? exitCodes.done : exitCodes.verification;
}
