import type { QueryParameter } from '../wire/wire-request.ts';

/** The parameters of the AWS query protocol: flat names with dots for lists and structures (`Tags.member.1.Key`). */
export class FormParameters {
  readonly #values: ReadonlyMap<string, string>;

  constructor(parameters: readonly QueryParameter[]) {
    this.#values = new Map(parameters);
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** The texts of a list, in order. */
  list(name: string): readonly string[] {
    return this.#indices(name).map((index) => this.#values.get(`${name}.member.${index}`) ?? '');
  }

  /** The structures of a list, in order, each as parameters of its own. */
  structures(name: string): readonly FormParameters[] {
    return this.#indices(name).map((index) => {
      const start = `${name}.member.${index}.`;
      const own = [...this.#values].filter(([key]) => key.startsWith(start));
      return new FormParameters(own.map(([key, value]) => [key.slice(start.length), value]));
    });
  }

  #indices(name: string): readonly number[] {
    const start = `${name}.member.`;
    const indices = new Set<number>();
    for (const key of this.#values.keys()) {
      const index = key.startsWith(start) ? Number.parseInt(key.slice(start.length), 10) : Number.NaN;
      if (index > 0) indices.add(index);
    }
    return [...indices].sort((left, right) => left - right);
  }
}
