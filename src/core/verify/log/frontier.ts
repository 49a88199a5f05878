import { emptyRoot, nodeHash } from '../../log/tree-hash.ts';

/** The complete subtrees of a growing tree, from the left: all that its root needs. */
export class Frontier {
  #size = 0;
  readonly #subtrees: { height: number; hash: Buffer }[] = [];

  /** Appends a complete subtree of 2^height leaves; it must begin where one of its height may. */
  append(hash: Buffer, height = 0): void {
    let grown = { hash, height };
    for (let last = this.#subtrees.at(-1); last?.height === grown.height; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      grown = { hash: nodeHash(last.hash, grown.hash), height: grown.height + 1 };
    }
    this.#subtrees.push(grown);
    this.#size += 2 ** height;
  }

  /** Root of the tree so far (RFC 6962, 2.1). */
  root(): Buffer {
    if (this.#size === 0) return emptyRoot();
    return this.#subtrees.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(left, right));
  }

  copy(): Frontier {
    const copied = new Frontier();
    copied.#size = this.#size;
    copied.#subtrees.push(...this.#subtrees);
    return copied;
  }
}
