import type { Metrics } from '../../ports/metrics.ts';
import { RunMeter } from './run-meter.ts';

/** Metrics that nobody has asked for. */
export const noMetrics: Metrics = {
  observe: () => undefined,
  close: async () => undefined,
};

/** A meter that nobody reads. */
export const noMeter = new RunMeter(noMetrics, { now: () => 0 });
