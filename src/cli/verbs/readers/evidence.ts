import type { EvidenceRequest } from '../../../commands/evidence/open-log.ts';
import {
  evidenceKeySettings,
  evidencePublishSettings,
  evidenceRetireSettings,
} from '../../../commands/evidence/settings.ts';
import type { ReadingHost } from '../../../commands/evidence/read-whole.ts';
import type { EvidenceReport } from '../../../core/accounting/push-report.ts';
import type { Invocation, Verb } from '../../verb.ts';

export const evidenceKeyVerb: Verb = {
  path: ['evidence', 'key'],
  summary: 'the verifier key of the log of what is delivered, for records of your own',
  args: [],
  settings: evidenceKeySettings,
  readsProfile: true,
  notes: `Print it once and keep it apart from the bucket: whoever checks the log needs it from somewhere else than from there. Where
there is no log yet, it is begun: its key is made, nothing is sent.

Examples:
  audit-export evidence key --profile acme
  audit-export verify --store s3://acme-audit/altr --key "$(audit-export evidence key --profile acme)"`,
  run: async ({ context, options, profile }) => {
    const { readVerifierKey } = await import('../../contexts/readers/evidence-context.ts');
    const request = { options, profile } as unknown as EvidenceRequest;
    const { log, key } = await readVerifierKey(request, context);
    const report = { report: 'evidence-key', version: 1, log, key };
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${key}\n`);
    return 0;
  },
};

export const evidencePublishVerb: Verb = {
  path: ['evidence', 'publish'],
  summary: 'publish what is kept of the log, and make the alias of its newest checkpoint',
  args: [],
  settings: evidencePublishSettings,
  readsProfile: true,
  notes: `push publishes the log by itself; this is for what it could not: where the role may write each name only once, run it now and
then with credentials that may overwrite, so that the checkpoint stands where C2SP tlog-tiles has it as well. With a reader's
credentials (s3:GetObject on _audit-export/log/) a witness that has missed checkpoints is shown what lies between.

Exit codes: 0 published; 4 access; 6 the store failed, or another process has the log.`,
  run: async (invocation) => {
    const { publishLog } = await import('../../../commands/evidence/publish.ts');
    const request = requestOf(invocation);
    return show(await publishLog(request, await readingHost(request, invocation)), invocation);
  },
};

export const evidenceRetireVerb: Verb = {
  path: ['evidence', 'retire'],
  summary: 'write down that objects were removed lawfully',
  args: [{ name: '<keys...>', help: 'below the prefix, or as s3://BUCKET/PREFIX/…' }],
  settings: evidenceRetireSettings,
  readsProfile: true,
  notes: `Removes nothing: it says in the log that these objects are meant to be gone, when and why, so that verify does not miss them.
What is in the log stays in it. An object that no run claims (one that was killed has stored it, say) is explained by it as well, and
_audit-export/log/<id>/ stands for a log that nobody goes on with: its state was lost.

Examples:
  audit-export evidence retire --profile acme 'audit_type=query/event_date=2025-01-07/20250107T…jsonl.gz' --reason 'erasure request 17'
  audit-export evidence retire --profile acme _audit-export/log/1b9f0c3e-6c55-4f2a-9d5a-0c8a3f1f2f55/ --reason 'its state was lost'

Exit codes: 0 written down and published; 2 no reason or no key; 4 access; 6 the store failed, or another process has the log.`,
  run: async (invocation) => {
    const { retire } = await import('../../../commands/evidence/retire.ts');
    const { buildPushHost } = await import('../../context.ts');
    const request = requestOf(invocation);
    const reason = invocation.options['reason'];
    const report = await retire(
      { keys: invocation.args, reason: typeof reason === 'string' ? reason : undefined },
      request,
      buildPushHost(invocation.context, request.options),
    );
    return show(report, invocation);
  },
};

export const evidenceResumeVerb: Verb = {
  path: ['evidence', 'resume'],
  summary: 'go on with the log where it stands in the store, after the state was restored from an old copy',
  args: [
    {
      name: '[log]',
      help: 'as it is called below _audit-export/log/; the one that the state knows if missing',
    },
  ],
  settings: evidenceKeySettings,
  readsProfile: true,
  notes: `Only before the next push: one that finds the log ahead of its state begins a new log, which is as good. Needs the key that signs the
log (in the state, or --evidence-key), and a reader's credentials: s3:ListBucket, and s3:GetObject on _audit-export/log/.

Exit codes: 0 the next push goes on with it; 2 there is nothing to resume; 4 access; 6 another process has the log; 7 the log in
the store is damaged, or does not begin with what this state has signed.`,
  run: async (invocation) => {
    const { context, options, args } = invocation;
    const { resume } = await import('../../../commands/evidence/resume.ts');
    const request = requestOf(invocation);
    const resumed = await resume(args[0], request, await readingHost(request, invocation));
    const text = `Log ${resumed.log}: the next push goes on behind leaf ${resumed.leaves}.\n`;
    context.stdout.write(options.json ? asJson(resumed) : text);
    return 0;
  },
};

async function readingHost({ options }: EvidenceRequest, { context }: Invocation): Promise<ReadingHost> {
  const { buildPushHost } = await import('../../context.ts');
  const { openStoreReader } = await import('../../contexts/readers/store-reader-context.ts');
  return {
    ...buildPushHost(context, options),
    openReader: (address) => openStoreReader(address, options, context),
  };
}

function requestOf({ options, profile }: Invocation): EvidenceRequest {
  return { options, profile } as unknown as EvidenceRequest;
}

/** How the log stands. What could not be published is an error here, and nowhere else. */
async function show(report: EvidenceReport, { context, options }: Invocation): Promise<number> {
  const { exitCodes } = await import('../../../errors.ts');
  const { formatCounted } = await import('../../../core/report/format.ts');
  const { log, leaves, unpublished, problem } = report;
  const text = `Log ${log ?? 'none'}: ${formatCounted(leaves, 'leaf', 'leaves')} published, ${unpublished} not.\n`;
  context.stdout.write(options.json ? asJson(report) : text);
  return problem === null ? exitCodes.done : exitCodes.delivery;
}

/** Shape: schemas/evidence-log.schema.json. */
function asJson(log: Pick<EvidenceReport, 'log' | 'leaves' | 'unpublished'>): string {
  return `${JSON.stringify({ report: 'evidence-log', version: 1, ...log }, null, 2)}\n`;
}
