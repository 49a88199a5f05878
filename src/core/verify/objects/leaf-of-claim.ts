import type { ObjectLeaf } from '../../log/leaf.ts';
import { leafOf } from '../../log/leaf.ts';
import { tileHolding, tileWidth } from '../../log/tile-path.ts';
import type { CheckedLog } from '../log/check-log.ts';
import type { Claim } from './claims.ts';

/** Reads the leaves of claims once more. Claims that are asked for often lie in one bundle: the last one is kept. */
export class LeafOfClaim {
  readonly #logs: readonly CheckedLog[];
  #bundle: { name: string; entries: Promise<Buffer[] | undefined> } | undefined;

  constructor(logs: readonly CheckedLog[]) {
    this.#logs = logs;
  }

  /** The leaf of a claim; undefined where it can't be read. */
  async read({ log, leaf }: Claim): Promise<ObjectLeaf | undefined> {
    const checked = this.#logs[log];
    const bundle = tileHolding('entries', leaf, checked?.newest?.size ?? 0);
    if (bundle === undefined || checked === undefined) return undefined;
    const { files, id } = checked;
    const name = `${id} ${bundle.index}`;
    if (this.#bundle?.name !== name)
      this.#bundle = { name, entries: files.entries(bundle).then(({ entries }) => entries) };
    const entry = (await this.#bundle.entries)?.[leaf % tileWidth];
    const found = entry === undefined ? undefined : leafOf(entry);
    return found?.kind === 'object' ? found : undefined;
  }
}
