import type { PushRequest } from '../../../commands/push/index.ts';
import { pushSettings } from '../../../commands/push/plan/settings.ts';
import type { PushReport } from '../../../core/accounting/push-report.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import type { Invocation, Verb } from '../../verb.ts';

export const pushVerb: Verb = {
  path: ['push'],
  summary: 'deliver lines of JSON, filed by event time',
  args: [
    {
      name: '[inputs...]',
      help: 'files, folders, globs, s3://BUCKET/PREFIX/ or - for stdin (the rule if none is named); plain, gzip or zstd',
    },
  ],
  settings: pushSettings,
  readsProfile: true,
  notes: `Examples:
  audit-export push --to ./export < events.jsonl
  audit-export push --to s3://acme-audit/altr --region eu-central-1 logs/ 'more/*.jsonl.gz'
  audit-export push --to ./export --partition hour --types query,alert events.jsonl
  audit-export push --dry-run --to s3://acme-audit/altr events.jsonl
  kubectl logs job/export | audit-export push --profile acme --json > report.json
  kubectl logs -f deploy/altr | audit-export push --profile acme --follow
  audit-export push s3://raw-logs/2025/ --shard /16 --to s3://acme-audit/altr
  audit-export push --from-sqs https://sqs.us-east-1.amazonaws.com/111122223333/new-logs --to s3://acme-audit/altr

Each line is delivered byte for byte, below audit_type=<audit type>/event_date=<YYYY-MM-DD>/ by the time it happened (UTC).
The same input again stores nothing new, after a crash or from two machines as well; of a log that has grown or was rotated since
the last push only the new lines are delivered. What can't be found or was edited is told, with the choices (docs/delivery.md).
Lines that can't be filed are set aside and the run goes on: see audit-export quarantine list.
A source that can't be read, or not to its end, is named, and the others are delivered; so is one that is no JSON Lines (xz,
zip, UTF-16, …), with the command that makes it one (docs/sources.md).
Needs s3:PutObject on the prefix and nothing else (and kms:GenerateDataKey where the bucket has a KMS key). Reading s3:// needs
s3:ListBucket and s3:GetObject on the source: docs/scale.md.

Exit codes: 0 all selected lines are durable; 5 done, but lines were set aside; 6 some of it could not be delivered or
read (run it again); 4 access; 3 no input can be read, or one is no JSON Lines; 2 usage; 130 interrupted.`,
  run: async ({ context, args, options: given, profile, reload }) => {
    const { settleStore } = await import('../../contexts/delivery/settle-store.ts');
    const options = await settleStore(given, context);
    const { push } = await import('../../../commands/push/index.ts');
    const { buildPushHost } = await import('../../context.ts');
    const { showPushReport } = await import('../../render/delivery/show-push-report.ts');
    const request = { inputs: args, options, profile } as PushRequest;
    const again = async (): Promise<PushRequest> => {
      const changed = await reload();
      return {
        inputs: args,
        ...changed,
        options: await settleStore(changed.options, context),
      } as PushRequest;
    };
    const run = async (within: CliContext): Promise<PushReport> =>
      withWaiting(await push(request, buildPushHost(within, request.options, again)), {
        context,
        options,
        profile,
      });
    const show = (report: PushReport): number => showPushReport(report, request.options, context);
    // Who runs on tells at once.
    if (request.options.follow || request.options.fromSqs !== undefined) return show(await run(context));
    const { evidenceLast } = await import('../../terminal/evidence-last.ts');
    return evidenceLast(context, run, show);
  },
};

/** The report, and what still waits of its files. What was delivered is delivered, whether or not the quarantine can be looked at. */
async function withWaiting(
  report: PushReport,
  asked: Pick<Invocation, 'context' | 'options' | 'profile'>,
): Promise<PushReport> {
  const { stillWaiting } = await import('../../../commands/quarantine/still-waiting.ts');
  const { openQuarantines } = await import('../../contexts/delivery/quarantine-context.ts');
  const waiting = await stillWaiting(report, () => openQuarantines(asked)).catch(() => 0);
  return waiting === 0 ? report : { ...report, stillQuarantined: waiting };
}
