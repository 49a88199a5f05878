import type {
  EvidenceBundleOptions,
  EvidenceProveOptions,
} from '../../../commands/evidence/reading-settings.ts';
import {
  evidenceBundleSettings,
  evidenceProveSettings,
} from '../../../commands/evidence/reading-settings.ts';
import { exitCodes } from '../../../errors.ts';
import type { Verb } from '../../verb.ts';

export const evidenceProveVerb: Verb = {
  path: ['evidence', 'prove'],
  summary: 'the proof of one object, which is checked with the object and the key alone',
  args: [{ name: '<key>', help: 'of the object, below the prefix, or with the store before it' }],
  settings: evidenceProveSettings,
  readsProfile: true,
  notes: `Writes a .tlog-proof (C2SP tlog-proof): the leaf that tells of the object, the hashes that lead from it to the root, and the signed
checkpoint. Reads the log with your own credentials; the object itself is not read.

Examples:
  audit-export evidence prove --profile acme --out one.tlog-proof audit_type=query/event_date=2026-01-31/20260131T…jsonl.gz
  audit-export verify --proof one.tlog-proof --key "$(cat acme.vkey)" 20260131T…jsonl.gz

Exit codes: 0 proven; 3 no log knows the object; 4 access; 7 the log is damaged where it would prove it.`,
  run: async ({ context, options, args }) => {
    const { prove } = await import('../../../commands/evidence/prove.ts');
    const { buildVerifyHost } = await import('../../contexts/readers/verify-context.ts');
    const asked = options as unknown as EvidenceProveOptions;
    const report = await prove(asked, args, buildVerifyHost(context, options));
    const shown =
      report.file === null
        ? report.proof
        : `${report.file}: ${report.key}, leaf ${report.leaf} of log ${report.log}\n`;
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : shown);
    return exitCodes.done;
  },
};

export const evidenceBundleVerb: Verb = {
  path: ['evidence', 'bundle'],
  summary: 'the objects of a time with all that proves them, as one archive',
  args: [],
  settings: evidenceBundleSettings,
  readsProfile: true,
  notes: `The archive holds the objects, a proof of each leaf that tells of them and of their runs, checkpoints, keys, what verify found,
CHECK.md, and check.py, which checks all of it with Python and openssl alone. The same store and the same request make the same bytes.
Reads with your own credentials.

Example:
  audit-export evidence bundle --profile acme --from 2026-01-01 --to 2026-01-31 --case 2026-17 --out case-2026-17.tar

Exit codes: 0 written; 7 written, but verify found something, which is in its report; 4 access; 2 usage.`,
  run: async ({ context, options, flags }) => {
    const { bundle } = await import('../../../commands/evidence/bundle.ts');
    const { buildVerifyHost } = await import('../../contexts/readers/verify-context.ts');
    const { formatBytes, formatCounted } = await import('../../../core/report/format.ts');
    // AUDIT_EXPORT_TO is the store that push delivers to, and no time.
    const asked = { ...(options as unknown as EvidenceBundleOptions), to: flags['to']?.at(-1) };
    const report = await bundle(asked, buildVerifyHost(context, options));
    const { file, objects, proofs, bytes, verdict, counts } = report;
    const found = Object.entries(counts).map(([code, count]) => `${code} ${count}`);
    const shown = `${file}: ${formatCounted(objects, 'object', 'objects')}, ${formatCounted(proofs, 'proof', 'proofs')}, ${formatBytes(bytes)}; verify says: ${[verdict, ...found].join(', ')}\n`;
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : shown);
    return verdict === 'findings' ? exitCodes.verification : exitCodes.done;
  },
};
