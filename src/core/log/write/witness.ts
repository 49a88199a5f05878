import { AuditExportError } from '../../../errors.ts';
import type { HttpPost, PostAnswer } from '../../../ports/http-post.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import type { TileReader } from '../proofs.ts';
import { TileTree } from '../proofs.ts';
import type { NoteSignature, VerifierKey } from '../signed-note.ts';
import { keyIdOf, parseNote, parseSignatures, verifiedBy } from '../signed-note.ts';

/** Somebody who says that the log was only added to, as far as they saw it (C2SP tlog-witness). */
export interface Witness {
  /** Its submission prefix. */
  url: string;
  /** The key of its cosignatures. */
  key: VerifierKey;
}

/** What a witness is shown. */
export interface Submission {
  /** The checkpoint, signed by the log. */
  note: string;
  /** Leaves of the one before, which it has most likely seen. */
  before: number;
  /** The tiles that are at hand. */
  read: TileReader;
}

/**
 * Shows a checkpoint to a witness, and answers with its cosignature (C2SP tlog-witness, "add-checkpoint"). If it saw another
 * checkpoint last, it says so (409) and is asked once more from there. Throws `witness-refused` for every other answer and for
 * a signature that does not verify, what the network fails with, and what the reader throws for a tile that is not at hand.
 */
export async function cosign(
  { url, key }: Witness,
  submission: Submission,
  { post, signal }: { post: HttpPost; signal: AbortSignal },
): Promise<NoteSignature> {
  const target = `${url.replace(/\/$/, '')}/add-checkpoint`;
  const send = async (old: number): Promise<PostAnswer> =>
    post(target, await requestBody(submission, old), signal);
  let answer = await send(submission.before);
  if (answer.status === 409) answer = await send(sizeIn(answer, target));
  if (answer.status !== 200) throw refused(target, `it answered HTTP ${answer.status}`);
  const { text } = parseNote(submission.note);
  const signatures = parseSignatures(answer.body).filter(
    (one) => one.name === key.name && one.keyId === keyIdOf(key),
  );
  const [signature] = signatures;
  if (signature === undefined || verifiedBy({ text, signatures }, [key]).length === 0)
    throw refused(target, 'its answer has no signature of its key');
  return signature;
}

/** The old size, the proof from there, and the checkpoint. */
async function requestBody({ note, read }: Submission, old: number): Promise<string> {
  const { size } = parseCheckpoint(parseNote(note).text);
  const proof = old > 0 && old <= size ? await new TileTree(size, read).consistencyProof(old) : [];
  const lines = proof.map((hash) => `${hash.toString('base64')}\n`);
  return `old ${old}\n${lines.join('')}\n${note}`;
}

function sizeIn({ contentType, body }: PostAnswer, target: string): number {
  if (contentType.startsWith('text/x.tlog.size') && /^\d{1,15}\n$/.test(body)) return Number(body);
  throw refused(target, 'it answered HTTP 409 without the size that it knows');
}

function refused(target: string, why: string): AuditExportError {
  return new AuditExportError('witness-refused', `The witness at ${target} did not sign: ${why}.`, {
    cure: 'Tell its operator the verifier key of this log: audit-export evidence key',
  });
}
