import { verify } from 'node:crypto';
import { isAuditExportError } from '../../../errors.ts';
import type { KeyLeaf, OpenLeaf } from '../../log/leaf.ts';
import { signedOfKeyLeaf } from '../../log/leaf.ts';
import { originOf } from '../../log/log-keys.ts';
import type { VerifierKey } from '../../log/signed-note.ts';
import { formatVerifierKey, parseVerifierKey, publicKeyObject } from '../../log/signed-note.ts';
import type { FindingBook } from '../finding.ts';

/** The keys of one log: the one that its first leaf names, and those that followed it, each from a leaf on. */
export class KeyChain {
  readonly #log: string;
  readonly #book: FindingBook;
  /** `from`: checkpoints of more leaves than that are signed by it. */
  readonly #links: { from: number; key: VerifierKey }[] = [];

  constructor(log: string, book: FindingBook) {
    this.#log = log;
    this.#book = book;
  }

  open({ verifier }: OpenLeaf, leaf: number): void {
    const key = this.#parse(verifier, leaf);
    if (leaf === 0 && key !== undefined) this.#links.push({ from: 0, key });
  }

  /** A rotation counts if the key in force and the new one have both signed it. */
  rotate(leaf: KeyLeaf, index: number): void {
    const last = this.#links.at(-1);
    const next = this.#parse(leaf.new, index);
    if (last === undefined || next === undefined) return;
    const signed = signedOfKeyLeaf(leaf);
    const signs = (key: VerifierKey, signature: string): boolean =>
      verify(null, signed, publicKeyObject(key.publicKey), Buffer.from(signature, 'base64'));
    const isRight =
      leaf.old === formatVerifierKey(last.key) &&
      signs(last.key, leaf.oldSignature) &&
      signs(next, leaf.newSignature);
    if (isRight) this.#links.push({ from: index, key: next });
    else
      this.#book.add({
        code: 'foreign-key',
        log: this.#log,
        leaf: index,
        message: `Leaf ${index} names another key, but the log's key has not signed that.`,
      });
  }

  /** The key in force for a checkpoint of so many leaves; none where the log does not name one. */
  keysAt(size: number): readonly VerifierKey[] {
    const link = this.#links.findLast(({ from }) => from < Math.max(1, size));
    return link === undefined ? [] : [link.key];
  }

  get all(): readonly VerifierKey[] {
    return this.#links.map(({ key }) => key);
  }

  #parse(text: string, leaf: number): VerifierKey | undefined {
    try {
      const key = parseVerifierKey(text);
      if (key.kind === 'ed25519' && key.name === originOf(this.#log)) return key;
    } catch (error) {
      if (!isAuditExportError(error)) throw error;
    }
    const message = `Leaf ${leaf} names a key that can't be this log's.`;
    this.#book.add({ code: 'foreign-key', log: this.#log, leaf, message });
    return undefined;
  }
}

/** Whether two texts or keys are one key. */
export function isSameKey(a: VerifierKey, b: VerifierKey): boolean {
  return formatVerifierKey(a) === formatVerifierKey(b);
}
