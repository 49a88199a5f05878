/** How pauses grow: the first is at most `firstMs`, each later one at most twice as long as the one before, none longer than `mostMs`. */
export interface BackOff {
  firstMs: number;
  mostMs: number;
}

/**
 * The pause before a try, in milliseconds: anything between nothing and the bound, so that those who failed together do not
 * come back together (full jitter). `failures` counts from 1, `fraction` is chance from 0 to below 1.
 */
export function pauseMs({ firstMs, mostMs }: BackOff, failures: number, fraction: number): number {
  return Math.round(fraction * Math.min(mostMs, firstMs * 2 ** (failures - 1)));
}
