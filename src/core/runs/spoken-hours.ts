import type { ClassifiedChunk } from '../classify/classified-chunk.ts';

const hourMs = 3_600_000;
/** How far back hours are kept: long enough to know a week by heart, and four of them to trust it. */
export const keptHours = 30 * 24;

/** The hour (counted from 1970) of an instant in epoch milliseconds. */
export function hourOf(ms: number): number {
  return Math.floor(ms / hourMs);
}

/** Writes hours, in rising order, as spells: `2026-11-22T08+10` are the ten hours from 08:00 UTC. */
export function encodeHours(hours: readonly number[]): string[] {
  const spells: string[] = [];
  for (let from = 0, to = 0; from < hours.length; from = to) {
    const first = hours[from] as number;
    for (to = from + 1; hours[to] === first + to - from;) to++;
    spells.push(`${new Date(first * hourMs).toISOString().slice(0, 13)}+${to - from}`);
  }
  return spells;
}

/** Reads what `encodeHours` wrote, in rising order, each hour once; what is no spell is left out. */
export function decodeHours(spells: readonly string[]): number[] {
  const hours = new Set<number>();
  for (const spell of spells) {
    const match = /^(\d{4}-\d\d-\d\dT\d\d)\+(\d{1,3})$/.exec(spell);
    const ms = match === null ? Number.NaN : Date.parse(`${match[1] as string}:00:00Z`);
    if (Number.isNaN(ms)) continue;
    const first = hourOf(ms);
    for (let hour = first; hour < first + Number(match?.[2]); hour++) hours.add(hour);
  }
  return [...hours].toSorted((a, b) => a - b);
}

/** The hours of both, without those more than 30 days before the last. */
export function mergeHours(some: readonly number[], others: readonly number[]): number[] {
  const all = [...new Set([...some, ...others])].toSorted((a, b) => a - b);
  const oldest = (all.at(-1) ?? 0) - keptHours;
  return all.filter((hour) => hour > oldest);
}

interface Spoken {
  hours: Set<number>;
  earliestMs: number;
  latestMs: number;
}

/**
 * Notes in which hours events of each type happened, and the first and last of them. The same events again change
 * nothing. Of the hours only the latest 30 days are kept, so memory is bounded whatever the event times are.
 */
export class SpokenHours {
  readonly #typeNames: readonly string[];
  readonly #spoken: (Spoken | undefined)[] = [];

  constructor(typeNames: readonly string[]) {
    this.#typeNames = typeNames;
  }

  /** Notes the lines of a chunk. Hours that lie after `nowMs` are left out: a clock that is ahead would hide silence. */
  addChunk({ lineTimes, lineTypes }: Pick<ClassifiedChunk, 'lineTimes' | 'lineTypes'>, nowMs: number): void {
    const lastHour = hourOf(nowMs);
    let knownType = -1;
    let knownHour = Number.NaN;
    for (let line = 0; line < lineTimes.length; line++) {
      const type = lineTypes[line] as number;
      const timeMs = lineTimes[line] as number;
      const spoken = (this.#spoken[type] ??= newSpoken());
      if (timeMs < spoken.earliestMs) spoken.earliestMs = timeMs;
      if (timeMs > spoken.latestMs) spoken.latestMs = timeMs;
      const hour = hourOf(timeMs);
      // Neighbouring lines are mostly of one hour.
      if (hour === knownHour && type === knownType) continue;
      knownHour = hour;
      knownType = type;
      if (hour <= lastHour && hour > lastHour - keptHours) spoken.hours.add(hour);
    }
    for (const spoken of this.#spoken) if (spoken !== undefined) forget(spoken.hours, lastHour);
  }

  /** Takes over what another one has noted: a batch, once it is durable. Both count types in the same way. */
  merge(other: SpokenHours): void {
    for (const [type, noted] of other.#spoken.entries()) {
      if (noted === undefined) continue;
      const spoken = (this.#spoken[type] ??= newSpoken());
      for (const hour of noted.hours) spoken.hours.add(hour);
      spoken.earliestMs = Math.min(spoken.earliestMs, noted.earliestMs);
      spoken.latestMs = Math.max(spoken.latestMs, noted.latestMs);
      forget(spoken.hours, Math.max(...spoken.hours));
    }
  }

  /** The hours of each type, as they are written; those without any are left out. */
  hours(): Record<string, string[]> {
    return Object.fromEntries(
      this.#rows().flatMap(([type, { hours }]) =>
        hours.size === 0 ? [] : [[type, encodeHours([...hours].toSorted((a, b) => a - b))]],
      ),
    );
  }

  /** The first and the last event of each type, ISO 8601. */
  times(): Record<string, { earliest: string; latest: string }> {
    return Object.fromEntries(
      this.#rows().map(([type, { earliestMs, latestMs }]) => [
        type,
        { earliest: new Date(earliestMs).toISOString(), latest: new Date(latestMs).toISOString() },
      ]),
    );
  }

  #rows(): [string, Spoken][] {
    return this.#spoken.flatMap((spoken, type): [string, Spoken][] =>
      spoken === undefined ? [] : [[this.#typeNames[type] ?? '', spoken]],
    );
  }
}

function newSpoken(): Spoken {
  return { hours: new Set(), earliestMs: Number.POSITIVE_INFINITY, latestMs: Number.NEGATIVE_INFINITY };
}

/** Keeps a run that lasts for months from gathering more than the kept hours. */
function forget(hours: Set<number>, lastHour: number): void {
  if (hours.size <= keptHours) return;
  for (const hour of hours) if (hour <= lastHour - keptHours) hours.delete(hour);
}
