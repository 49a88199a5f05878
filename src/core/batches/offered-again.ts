import type { Batch, Part } from '../../ports/state/batch.ts';
import type { KnownFile } from '../../ports/sources/known-file.ts';
import type { DeliveryProblem } from './delivery-problem.ts';
import { fileParts } from './parts.ts';

/** What a part is of: the id of a file, '' of anything else; and its name. */
interface Named {
  id: string;
  name: string;
}

/** Keeps the books of what is offered again: of what the journal does not say how it was cut, and what else is missing. */
export class OfferedAgain {
  readonly #nameOf: (part: Part) => Named;
  /** How far the journal still says how files were cut, by their ids. */
  readonly #kept = new Map<string, number>();
  /** What could not be offered, by name, and with which sources that are not found now it was cut. */
  readonly #apart = new Map<string, { id: string; others: Set<string> }>();

  constructor(nameOf: (part: Part) => Named) {
    this.#nameOf = nameOf;
  }

  /** A batch whose given parts are offered again, unless bytes of it are absent. */
  note(batch: Batch, given: readonly Part[], absent: readonly Part[]): void {
    for (const { file, to } of fileParts(batch))
      if (file.at.offset <= (this.#kept.get(file.id) ?? 0))
        this.#kept.set(file.id, file.plain ? to : Infinity);
    if (absent.length === 0) return;
    for (const { id, name } of given.map(this.#nameOf)) {
      const { others } = this.#apart.get(name) ?? { others: new Set() };
      for (const part of absent) others.add(this.#nameOf(part).name);
      this.#apart.set(name, { id, others });
    }
  }

  /** What is to be told, of these files among others. */
  problems(files: readonly KnownFile[]): DeliveryProblem[] {
    const apart = [...this.#apart].map(([source, { id, others }]): DeliveryProblem => ({
      kind: 'incomplete',
      id,
      source,
      others: [...others],
    }));
    const uncut = files.filter(({ id, at }) => at.offset > (this.#kept.get(id) ?? 0));
    return [...apart, ...uncut.map(({ id, path }): DeliveryProblem => ({ kind: 'uncut', id, source: path }))];
  }
}
