/** What a request is about. */
export type Operation = 'submit' | 'status' | 'partition' | 'cancel';

/** What happens instead of an answer, or to it. */
export type Fault =
  /** This status, with a body that is no JSON if `html` is set. `executed`: the request was carried out all the same. */
  | { kind: 'status'; status: number; code?: string; message?: string; html?: boolean; executed?: boolean }
  /** The connection is cut: before the request is carried out, after it, or in the middle of the answer. */
  | { kind: 'reset'; when: 'before' | 'after' | 'midway' }
  /** The request is carried out, and answered when this has come about. */
  | { kind: 'hold'; until: Promise<void> }
  /** The answer never comes. */
  | { kind: 'silence' };

interface Planned {
  operation: Operation;
  fault: Fault;
  /** Requests of this operation that go well before it. */
  after: number;
  times: number;
}

/** Faults in waiting. */
export class Faults {
  #planned: Planned[] = [];

  /** The next `times` requests of an operation meet a fault, once `after` of them went well. */
  plan(operation: Operation, fault: Fault, { times = 1, after = 0 } = {}): void {
    this.#planned.push({ operation, fault, after, times });
  }

  clear(): void {
    this.#planned = [];
  }

  next(operation: Operation): Fault | undefined {
    const planned = this.#planned.find((plan) => plan.operation === operation && plan.times > 0);
    if (planned === undefined) return undefined;
    if (planned.after > 0) {
      planned.after--;
      return undefined;
    }
    planned.times--;
    return planned.fault;
  }
}
