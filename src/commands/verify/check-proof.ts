import { checkTlogProof, parseTlogProof } from '../../core/verify/tlog-proof.ts';
import { formOfName, readContent } from '../../core/verify/objects/read-content.ts';
import { AuditExportError } from '../../errors.ts';
import { parseKeys } from './index.ts';
import type { VerifyOptions } from './settings.ts';
import type { VerifyHost } from './verify-host.ts';

/** What one proof says of one object. Shape: schemas/proof-report.schema.json. */
export interface ProofReport {
  report: 'proof';
  version: 1;
  /** The file that was held against it. */
  object: string;
  verdict: 'intact' | 'findings';
  /** Why it is not what was delivered; null where it is. */
  why: string | null;
  key: string;
  sha256: string;
  bytes: number;
  lines: number;
  log: string;
  leaf: number;
  /** Leaves of the checkpoint that is signed. */
  leaves: number;
}

/**
 * Checks one object by its proof, without a store. Throws `usage` where object or key are missing, `log-damaged` and
 * `checkpoint-bad-signature` where the proof itself proves nothing.
 */
export async function checkProof(
  { proof = '', key }: VerifyOptions,
  objects: readonly string[],
  host: VerifyHost,
): Promise<ProofReport> {
  const [object] = objects;
  const [verifier] = parseKeys(key);
  if (object === undefined || objects.length > 1 || verifier === undefined)
    throw new AuditExportError('usage', 'A proof is checked with one object and one key.', {
      cure: 'audit-export verify --proof FILE.tlog-proof --key VKEY OBJECT',
    });
  const text = await host.readText(proof);
  if (text === undefined)
    throw new AuditExportError('config-invalid', `The proof ${proof} is not there.`, {
      cure: 'Check the path after --proof.',
    });
  const { leaf, index, checkpoint } = checkTlogProof(parseTlogProof(text), verifier);
  const file = host.readFile(object);
  const content = await readContent(file.pieces(), {
    form: formOfName(leaf.key),
    size: await file.size(),
    mostBytes: leaf.bytes + 1,
  }).catch((error: unknown) => {
    if (error instanceof AuditExportError) throw error;
    return (error as Error).message;
  });
  const { key: delivered, sha256, bytes, lines } = leaf;
  const isSame = typeof content === 'object' && content.sha256.toString('hex') === sha256;
  const found = typeof content === 'string' ? content : `its SHA-256 is ${content.sha256.toString('hex')}`;
  return {
    report: 'proof',
    version: 1,
    object,
    verdict: isSame ? 'intact' : 'findings',
    why: isSame ? null : found,
    key: delivered,
    sha256,
    bytes,
    lines,
    log: checkpoint.origin,
    leaf: index,
    leaves: checkpoint.size,
  };
}
