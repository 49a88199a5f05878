import { parseStoreAddress } from '../../core/config/store-address.ts';
import type { VerifierKey } from '../../core/log/signed-note.ts';
import { parseVerifierKey } from '../../core/log/signed-note.ts';
import { CoverageBook } from '../../core/coverage/coverage-book.ts';
import { renderCoveragePage } from '../../core/coverage/page/render-page.ts';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../../core/report/format.ts';
import type { Memory } from '../../core/verify/remembered.ts';
import { shortestOf } from '../../core/runs/expectation.ts';
import { parseMemory } from '../../core/verify/remembered.ts';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import type { VerifyProgress } from '../../core/verify/verify-store.ts';
import { verifyStore } from '../../core/verify/verify-store.ts';
import { parseWindow } from '../../core/verify/window.ts';
import { AuditExportError } from '../../errors.ts';
import type { VerifyOptions } from './settings.ts';
import type { VerifyHost } from './verify-host.ts';

/** Objects that are read at once: enough to hide a bucket's answers, few enough for memory. */
export const objectsAtOnce = 8;

/**
 * Verifies a store. Writes what `--remember` and `--report` name. Throws `usage` and `config-invalid` for what it is told, and
 * `access-denied` and others where not even the log can be read.
 */
export async function verify(options: VerifyOptions, host: VerifyHost): Promise<VerifyReport> {
  const { remember, report: page } = options;
  const mode = modeOf(options);
  const window = parseWindow(options.from, options.to);
  const keys = parseKeys(options.key);
  const witnesses = parseWitnesses(options.witnessKey);
  const memory = await remembered(remember, host);
  const types = mode === 'deep' ? await host.loadTypes(options.schemas ?? []) : [];
  const reader = await host.openReader(parseStoreAddress(storeOf(options), '--store'));
  const coverage = page === undefined ? undefined : new CoverageBook();
  try {
    const { report, memory: next } = await verifyStore({
      reader,
      mode,
      keys,
      witnesses,
      ...window,
      memory,
      nowMs: host.clock.now(),
      atOnce: objectsAtOnce,
      types,
      silentMs: shortestOf(options.expect ?? {}),
      onProgress: (progress) =>
        host.progress.show((elapsedMs) => describe(progress, elapsedMs), { ...progress }),
      onLeaf: coverage === undefined ? undefined : (leaf, _log, isNew) => coverage.take(leaf, isNew),
    });
    host.progress.end();
    if (remember !== undefined) await host.writeText(remember, `${JSON.stringify(next, null, 2)}\n`);
    if (page !== undefined && coverage !== undefined)
      await host.writeText(
        page,
        renderCoveragePage({
          coverage: coverage.coverage(),
          store: reader.location,
          at: report.at,
          verification: report,
        }),
      );
    return report;
  } finally {
    host.progress.end();
    await reader.close();
  }
}

async function remembered(file: string | undefined, host: VerifyHost): Promise<Memory | undefined> {
  const text = file === undefined ? undefined : await host.readText(file);
  return text === undefined || file === undefined ? undefined : parseMemory(text, file);
}

/** Where to read. Throws `usage` where nothing says it. */
export function storeOf({ store }: Pick<VerifyOptions, 'store'>): string {
  if (store !== undefined) return store;
  throw new AuditExportError('usage', 'Nothing says which store to read.', {
    cure: 'Use --store s3://BUCKET/PREFIX, --store FOLDER, or --profile NAME.',
  });
}

/** Verifier keys as they were given. Throws `usage`. */
export function parseKeys(texts: readonly string[] | undefined): VerifierKey[] {
  return (texts ?? []).map(parseVerifierKey);
}

function parseWitnesses(texts: readonly string[] | undefined): VerifierKey[] {
  const keys = parseKeys(texts);
  const other = keys.findIndex(({ kind }) => kind !== 'cosignature');
  if (other === -1) return keys;
  throw new AuditExportError('usage', `--witness-key ${texts?.[other] ?? ''} is no key of a witness.`, {
    cure: 'Name the verifier key of its cosignatures (of type 4), as its operator publishes it; keys of logs go behind --key.',
  });
}

function modeOf({ quick, deep }: VerifyOptions): VerifyReport['mode'] {
  if (quick && deep)
    throw new AuditExportError('usage', '--quick reads no object, and --deep looks at each line.', {
      cure: 'Leave one of them out.',
    });
  if (quick) return 'quick';
  return deep ? 'deep' : 'full';
}

function describe(
  { leaves, allLeaves, objects, allObjects, bytes }: VerifyProgress,
  elapsedMs: number,
): string {
  if (objects === 0) return `${formatCount(leaves)} of ${formatCounted(allLeaves, 'leaf', 'leaves')} read`;
  const share = allObjects === 0 ? 0 : objects / allObjects;
  const left = share > 0.02 && share < 1 ? `, ${formatDuration((elapsedMs / share) * (1 - share))} left` : '';
  return `${formatCount(objects)} of ${formatCounted(allObjects, 'object', 'objects')}, ${formatBytes(bytes)} of lines hashed${left}`;
}
