import { parseStoreAddress } from '../../core/config/store-address.ts';
import type { Leaf } from '../../core/log/leaf.ts';
import type { BundledLeaf } from '../../core/verify/bundle/make-bundle.ts';
import { bundleFiles } from '../../core/verify/bundle/make-bundle.ts';
import { tarOf } from '../../core/verify/bundle/tar.ts';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import { verifyStore } from '../../core/verify/verify-store.ts';
import { parseWindow } from '../../core/verify/window.ts';
import { AuditExportError } from '../../errors.ts';
import { objectsAtOnce, parseKeys, storeOf } from '../verify/index.ts';
import type { VerifyHost } from '../verify/verify-host.ts';
import type { EvidenceBundleOptions } from './reading-settings.ts';

/** What was bundled. Shape: schemas/evidence-bundle.schema.json. */
export interface BundleReport {
  report: 'evidence-bundle';
  version: 1;
  file: string;
  case: string;
  objects: number;
  lines: number;
  proofs: number;
  bytes: number;
  verdict: VerifyReport['verdict'];
  counts: VerifyReport['counts'];
}

/**
 * Bundles the objects of a time with all that proves them, as one archive that is the same whenever it is made of the same store.
 * Throws `usage`, `log-damaged` where leaves can't be proven, and `output-failed`.
 */
export async function bundle(options: EvidenceBundleOptions, host: VerifyHost): Promise<BundleReport> {
  const { case: name, out } = options;
  if (name === undefined || out === undefined || !/^[\w.-]{1,100}$/.test(name) || name.startsWith('.'))
    throw new AuditExportError('usage', 'A bundle needs the name of its case and a file.', {
      cure: 'audit-export evidence bundle --case 2026-17 --from 2026-01-01 --to 2026-01-31 --out case.tar (in a name: letters, digits, . _ -)',
    });
  const window = parseWindow(options.from, options.to);
  const reader = await host.openReader(parseStoreAddress(storeOf(options), '--store'));
  const chosen = new ChosenLeaves(window);
  try {
    const { report, logs } = await verifyStore({
      reader,
      mode: 'full',
      keys: parseKeys(options.key),
      ...window,
      memory: undefined,
      // The clock of whoever makes it has no part in it: the same store makes the same archive.
      nowMs: 0,
      atOnce: objectsAtOnce,
      types: [],
      onProgress: () => undefined,
      onLeaf: (leaf, log, isNew, index) => chosen.take(leaf, { log, isNew, index }),
    });
    const at =
      logs
        .map(({ sums }) => sums.last ?? '')
        .toSorted((a, b) => a.localeCompare(b))
        .at(-1) ?? '';
    const leaves = chosen.leaves();
    const content = { name, report: { ...report, at }, logs, leaves };
    const bytes = await host.writePieces(out, tarOf(bundleFiles(content, reader)));
    const { objects, verdict, counts } = report;
    return {
      report: 'evidence-bundle',
      version: 1,
      file: out,
      case: name,
      objects: objects.read,
      lines: objects.lines,
      proofs: leaves.length,
      bytes,
      verdict,
      counts,
    };
  } finally {
    await reader.close();
  }
}

/** The leaves that a bundle needs: objects of its time, and what was said of their runs. */
class ChosenLeaves {
  readonly #window: { from: number; to: number };
  readonly #leaves: BundledLeaf[] = [];
  readonly #runs = new Set<string>();
  /** What may belong to a run that turns out to be wanted. */
  readonly #begun = new Map<string, BundledLeaf[]>();

  constructor({ from = -Infinity, to = Infinity }: { from: number | undefined; to: number | undefined }) {
    this.#window = { from, to };
  }

  take(leaf: Leaf, { log, isNew, index }: { log: string; isNew: boolean; index: number }): void {
    const bundled = { log, index, leaf };
    if (leaf.kind === 'open' || leaf.kind === 'key' || leaf.kind === 'close') {
      if (isNew) this.#leaves.push(bundled);
      return;
    }
    if (!('run' in leaf)) return;
    const run = `${log} ${leaf.run}`;
    if (leaf.kind === 'object') {
      if (Date.parse(leaf.last) < this.#window.from || Date.parse(leaf.first) >= this.#window.to) return;
      this.#leaves.push(bundled);
      if (!this.#runs.has(run)) this.#leaves.push(...(this.#begun.get(run) ?? []));
      this.#runs.add(run);
    } else if (this.#runs.has(run)) this.#leaves.push(bundled);
    else if (leaf.kind !== 'end') this.#begun.set(run, [...(this.#begun.get(run) ?? []), bundled]);
    if (leaf.kind === 'end') this.#begun.delete(run);
  }

  /** Each once, by log and index. */
  leaves(): BundledLeaf[] {
    const byPlace = new Map(this.#leaves.map((one) => [`${one.log} ${one.index}`, one]));
    return [...byPlace.values()].sort((a, b) => a.log.localeCompare(b.log) || a.index - b.index);
  }
}
