import { test } from 'vitest';

/** A test by itself: its title and what it does. */
export interface Scenario {
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** So many are under way at once. */
const width = 6;

/**
 * Makes a test of each scenario. They wait for the clock most of the time: while one is waited for, those behind it run
 * already.
 */
export function testSideBySide(scenarios: readonly Scenario[]): void {
  const started: Promise<void>[] = [];
  const start = (index: number): Promise<void> | undefined => {
    const scenario = scenarios[index];
    if (scenario === undefined) return undefined;
    const running = (started[index] ??= scenario.run());
    running.catch(() => undefined);
    return running;
  };
  for (const [index, { title }] of scenarios.entries()) {
    // oxlint-disable-next-line vitest/valid-title -- a scenario brings its title
    test(title, { timeout: 60_000 }, async () => {
      for (let ahead = index; ahead < index + width; ahead++) void start(ahead);
      await start(index);
    });
  }
}
