import { AuditExportError } from '../../errors.ts';
import { parseCheckpoint } from '../log/checkpoint.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import type { ObjectLeaf } from '../log/leaf.ts';
import { decodeLeaf } from '../log/leaf.ts';
import { isIncluded } from '../log/proofs.ts';
import type { VerifierKey } from '../log/signed-note.ts';
import { parseNote, verifiedBy } from '../log/signed-note.ts';
import { hashBytes, leafHash } from '../log/tree-hash.ts';

const header = 'c2sp.org/tlog-proof@v1';

/** That an entry is in a log (C2SP tlog-proof). Ours carry the entry itself as extra data. */
export interface TlogProof {
  entry: Buffer;
  index: number;
  hashes: readonly Buffer[];
  /** The signed note, as it is stored. */
  checkpoint: string;
}

/** The text of a `.tlog-proof` file. */
export function formatTlogProof({ entry, index, hashes, checkpoint }: TlogProof): string {
  const lines = [header, `extra ${entry.toString('base64')}`, `index ${index}`];
  return `${[...lines, ...hashes.map((hash) => hash.toString('base64'))].join('\n')}\n\n${checkpoint}`;
}

/** Reads a `.tlog-proof` file. Throws `log-damaged` for what is none, or carries no entry. */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf('\n\n');
  const [first, extra = '', index = '', ...hashes] = text.slice(0, end).split('\n');
  const entry = /^extra ([A-Za-z0-9+/]+={0,2})$/.exec(extra)?.[1];
  const at = /^index (0|[1-9]\d{0,14})$/.exec(index)?.[1];
  const decoded = hashes.map((hash) => Buffer.from(hash, 'base64'));
  const isWhole = decoded.every(
    (hash, line) => hash.length === hashBytes && hash.toString('base64') === hashes[line],
  );
  if (end === -1 || first !== header || entry === undefined || at === undefined || !isWhole)
    throw new AuditExportError('log-damaged', 'The proof is no .tlog-proof of this tool.', {
      cure: 'Make it anew: audit-export evidence prove KEY',
    });
  return {
    entry: Buffer.from(entry, 'base64'),
    index: Number(at),
    hashes: decoded,
    checkpoint: text.slice(end + 2),
  };
}

/** What a proof proves: which leaf is in which log, as which key has signed. */
export interface ProvenLeaf {
  leaf: ObjectLeaf;
  index: number;
  checkpoint: Checkpoint;
}

/**
 * Checks a proof with a key that is known from elsewhere. Throws `log-damaged` where the entry is not in the tree or tells of no
 * object, and `checkpoint-bad-signature` where the key has not signed it.
 */
export function checkTlogProof(
  { entry, index, hashes, checkpoint }: TlogProof,
  key: VerifierKey,
): ProvenLeaf {
  const note = parseNote(checkpoint);
  const signed = parseCheckpoint(note.text);
  if (signed.origin !== key.name || verifiedBy(note, [key]).length === 0)
    throw new AuditExportError(
      'checkpoint-bad-signature',
      `The proof is signed by ${note.signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(', ')}, not by the key after --key.`,
    );
  if (!isIncluded({ ...signed, index }, leafHash(entry), hashes))
    throw new AuditExportError('log-damaged', 'The proof does not lead to the root that was signed.');
  const leaf = decodeLeaf(entry);
  if (leaf.kind !== 'object')
    throw new AuditExportError('log-damaged', `The proof is of a leaf "${leaf.kind}", not of an object.`);
  return { leaf, index, checkpoint: signed };
}
