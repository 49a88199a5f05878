import { parseStoreAddress } from '../../core/config/store-address.ts';
import { proveObject } from '../../core/verify/prove.ts';
import { formatTlogProof } from '../../core/verify/tlog-proof.ts';
import { AuditExportError } from '../../errors.ts';
import { storeOf } from '../verify/index.ts';
import type { VerifyHost } from '../verify/verify-host.ts';
import type { EvidenceProveOptions } from './reading-settings.ts';

/** What was proven. Shape: schemas/evidence-proof.schema.json. */
export interface ProveReport {
  report: 'evidence-proof';
  version: 1;
  key: string;
  sha256: string;
  log: string;
  leaf: number;
  leaves: number;
  /** Where the proof was written; null where it is below. */
  file: string | null;
  /** The `.tlog-proof`. */
  proof: string;
}

/**
 * Makes the proof of one object: its leaf and the way to a signed root. Throws `usage`, `source-unreadable` where no log knows it,
 * and `log-damaged`.
 */
export async function prove(
  options: EvidenceProveOptions,
  [object, ...others]: readonly string[],
  host: VerifyHost,
): Promise<ProveReport> {
  if (object === undefined || others.length > 0)
    throw new AuditExportError('usage', 'A proof is of one object.', {
      cure: 'audit-export evidence prove KEY, where KEY is the one below the prefix.',
    });
  const reader = await host.openReader(parseStoreAddress(storeOf(options), '--store'));
  try {
    const { log, leaf, proof } = await proveObject(reader, keyBelow(object, reader.location));
    const text = formatTlogProof(proof);
    if (options.out !== undefined) await host.writeText(options.out, text);
    const leaves = Number(proof.checkpoint.split('\n')[1]);
    const { key, sha256 } = leaf;
    return {
      report: 'evidence-proof',
      version: 1,
      key,
      sha256,
      log,
      leaf: proof.index,
      leaves,
      file: options.out ?? null,
      proof: text,
    };
  } finally {
    await reader.close();
  }
}

/** A key may be given as it is shown elsewhere: with the store before it. */
function keyBelow(object: string, location: string): string {
  const store = `${location.replace(/\/$/, '')}/`;
  return object.startsWith(store) ? object.slice(store.length) : object;
}
