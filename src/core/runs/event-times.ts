import type { ClassifiedChunk } from '../../ports/classifier.ts';

/** Event times of one audit type, in epoch milliseconds. */
interface Span {
  earliestMs: number;
  latestMs: number;
}

/** The first and the last event of each audit type. The same events again change nothing. */
export class EventTimes {
  readonly #spans = new Map<string, Span>();

  /**
   * Notes the lines of a chunk, whose `lineTypes` are indices into `typeNames`. Events after `nowMs` are left out: a source whose
   * clock is ahead would hide that it has stopped.
   */
  addChunk(
    { lineTimes, lineTypes }: Pick<ClassifiedChunk, 'lineTimes' | 'lineTypes'>,
    typeNames: readonly string[],
    nowMs: number,
  ): void {
    const spans: (Span | undefined)[] = [];
    for (let line = 0; line < lineTimes.length; line++) {
      const timeMs = lineTimes[line] as number;
      if (timeMs > nowMs) continue;
      const span = (spans[lineTypes[line] as number] ??= noSpan());
      if (timeMs < span.earliestMs) span.earliestMs = timeMs;
      if (timeMs > span.latestMs) span.latestMs = timeMs;
    }
    for (const [type, span] of spans.entries())
      if (span !== undefined) this.#widen(typeNames[type] ?? '', span);
  }

  /** Takes over what another one has noted: a batch, once it is durable. */
  merge(other: EventTimes): void {
    for (const [type, span] of other.#spans) this.#widen(type, span);
  }

  /** The first and the last event of each type that had any, ISO 8601. */
  times(): Record<string, { earliest: string; latest: string }> {
    return Object.fromEntries(
      [...this.#spans].map(([type, { earliestMs, latestMs }]) => [
        type,
        { earliest: new Date(earliestMs).toISOString(), latest: new Date(latestMs).toISOString() },
      ]),
    );
  }

  #widen(type: string, { earliestMs, latestMs }: Span): void {
    const known = this.#spans.get(type) ?? noSpan();
    this.#spans.set(type, {
      earliestMs: Math.min(known.earliestMs, earliestMs),
      latestMs: Math.max(known.latestMs, latestMs),
    });
  }
}

const noSpan = (): Span => ({ earliestMs: Number.POSITIVE_INFINITY, latestMs: Number.NEGATIVE_INFINITY });
