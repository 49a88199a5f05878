import type { PushReport } from '../../../core/accounting/push-report.ts';
import { noMetrics } from '../../../core/metrics/no-metrics.ts';
import type { RunMeter } from '../../../core/metrics/run-meter.ts';
import { meterRun } from '../../../core/metrics/run-meter.ts';
import type { PushHost } from './push-host.ts';
import type { PushPlan } from '../plan/push-plan.ts';

/**
 * Runs something with a meter: opens the metrics that were asked for, and closes them when the run has ended, well or not. A
 * dry run has none: nothing of it is true of the store. Throws `usage` and `port-in-use`, and what the run throws.
 */
export async function metered<R extends Pick<PushReport, 'outcome' | 'exitCode'>>(
  { options, place, dryRun }: Pick<PushPlan, 'options' | 'place' | 'dryRun'>,
  host: Pick<PushHost, 'openMetrics' | 'clock'>,
  run: (meter: RunMeter) => Promise<R>,
): Promise<R> {
  const { metricsFile: file, metricsPort: port, metricsHost } = options;
  const metrics = dryRun
    ? noMetrics
    : await host.openMetrics({ file, port, host: metricsHost, profile: place.profile?.name });
  return meterRun(metrics, host.clock, run);
}
