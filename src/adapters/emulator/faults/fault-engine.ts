import type { Fault, FaultControl, FaultKind } from '../../../ports/aws/emulator.ts';
import { noEffects, type Effects } from './effects.ts';
import { isAimedAt, type FaultTarget } from './match.ts';

interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  readonly addedAt: number;
  readonly draw: () => number;
  matched: number;
  hit: number;
  /** Requests that a throttle still lets through, and when that was counted. */
  allowance: number;
  countedAt: number;
}

/** Holds the faults in force and decides, request by request, which of them hit. */
export class FaultEngine implements FaultControl {
  readonly #clock: () => number;
  readonly #seed: number;
  readonly #faults = new Map<string, ActiveFault>();
  #last = 0;

  /** The clock in epoch milliseconds; the seed makes shares (`rate`) come out the same in every run. */
  constructor(clock: () => number, seed: number) {
    this.#clock = clock;
    this.#seed = seed;
  }

  add(fault: Fault): string {
    this.#last += 1;
    const id = `fault-${this.#last}`;
    const now = this.#clock();
    this.#faults.set(id, {
      id,
      fault,
      addedAt: now,
      draw: randomSource((fault.seed ?? this.#seed) + this.#last),
      matched: 0,
      hit: 0,
      allowance: fault.perSecond ?? 0,
      countedAt: now,
    });
    return id;
  }

  remove(id: string): void {
    this.#faults.delete(id);
  }

  clear(): void {
    this.#faults.clear();
  }

  list(): readonly (Fault & { readonly id: string })[] {
    return [...this.#faults.values()].map(({ id, fault }) => Object.assign({ id }, fault));
  }

  /** What the faults in force do to this request; counts it. */
  effectsOn(target: FaultTarget): Effects {
    const effects = noEffects();
    for (const active of this.#faults.values()) {
      if (!isAimedAt(active.fault.match, target) || !this.#hits(active)) continue;
      effects.kinds.push(active.fault.kind);
      apply[active.fault.kind](effects, active.fault, target);
    }
    return effects;
  }

  #hits(active: ActiveFault): boolean {
    const { fault } = active;
    if (!isInTime(fault, this.#clock() - active.addedAt)) return false;
    active.matched += 1;
    if (active.matched <= (fault.skip ?? 0) || active.hit >= (fault.count ?? Number.POSITIVE_INFINITY))
      return false;
    if (active.draw() >= (fault.rate ?? 1)) return false;
    if (fault.kind === 'throttle' && this.#letsThrough(active)) return false;
    active.hit += 1;
    return true;
  }

  /** A bucket of one second's allowance that refills steadily. */
  #letsThrough(active: ActiveFault): boolean {
    const perSecond = active.fault.perSecond ?? 1;
    const now = this.#clock();
    active.allowance = Math.min(perSecond, active.allowance + ((now - active.countedAt) / 1000) * perSecond);
    active.countedAt = now;
    if (active.allowance < 1) return false;
    active.allowance -= 1;
    return true;
  }
}

function isInTime({ afterMs = 0, forMs = Number.POSITIVE_INFINITY }: Fault, ageMs: number): boolean {
  return ageMs >= afterMs && ageMs < afterMs + forMs;
}

type Apply = (effects: Effects, fault: Fault, target: FaultTarget) => void;

const apply: Readonly<Record<FaultKind, Apply>> = {
  error: (effects, fault) => {
    effects.error ??= errorOf(fault);
  },
  'error-after': (effects, fault) => {
    effects.errorAfter ??= errorOf(fault);
  },
  reset: (effects) => {
    effects.reset = 'before';
  },
  'reset-in-body': (effects, fault) => {
    effects.cutAfterBytes = fault.bytes ?? 1;
  },
  'reset-after': (effects) => {
    effects.reset ??= 'after';
  },
  'no-answer': (effects) => {
    effects.noAnswer = true;
  },
  slow: (effects, fault) => {
    effects.delayMs += fault.ms ?? 1000;
  },
  throttle: (effects, fault, target) => {
    effects.error ??=
      target.service === 's3'
        ? { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.', ...stated(fault) }
        : { status: 400, code: 'Throttling', message: 'Rate exceeded', ...stated(fault) };
  },
  deny: (effects) => {
    effects.denied = true;
  },
  expired: (effects) => {
    effects.expired = true;
  },
  'key-disabled': (effects) => {
    effects.keyDisabled = true;
  },
  'wrong-region': (effects, fault) => {
    effects.bucketRegion = fault.region ?? 'eu-central-1';
  },
  moving: (effects) => {
    effects.moving = true;
  },
  'clock-skew': (effects, fault) => {
    effects.clockOffsetMs += fault.ms ?? 0;
  },
  'slow-propagation': (effects, fault) => {
    effects.propagationMs = Math.max(effects.propagationMs, fault.ms ?? 10_000);
  },
};

const usualMessages: Readonly<Record<string, string>> = {
  SlowDown: 'Please reduce your request rate.',
  InternalError: 'We encountered an internal error. Please try again.',
  ServiceUnavailable: 'Service is unable to handle request.',
  AccessDenied: 'Access Denied',
};

function errorOf(fault: Fault): { status: number; code: string; message: string } {
  const status = fault.status ?? (fault.kind === 'error' ? 503 : 500);
  const code = fault.code ?? (status === 503 ? 'SlowDown' : 'InternalError');
  return { status, code, message: fault.message ?? usualMessages[code] ?? code };
}

function stated(fault: Fault): Partial<Record<'code' | 'message', string>> & { status?: number } {
  return {
    ...(fault.status !== undefined && { status: fault.status }),
    ...(fault.code !== undefined && { code: fault.code }),
    ...(fault.message !== undefined && { message: fault.message }),
  };
}

/** Repeatable numbers from 0 to below 1 (mulberry32). */
function randomSource(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
