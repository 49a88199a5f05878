import type { PushReport } from '../../core/accounting/push-report.ts';
import { noMetrics } from '../../core/metrics/no-metrics.ts';
import { meterRun } from '../../core/metrics/run-meter.ts';
import type { PushRequest } from './check-request.ts';
import type { PushHost } from './push-host.ts';

/**
 * Hands a run a host that is watched: opens the metrics that were asked for, and closes them when the run has ended, well
 * or not. A dry run has none: nothing of it is true of the store. Throws `usage` and `port-in-use`, and what the run throws.
 */
export async function metered<R extends Pick<PushReport, 'outcome' | 'exitCode'>>(
  { options, profile }: Pick<PushRequest, 'options' | 'profile'>,
  host: PushHost,
  run: (watched: PushHost) => Promise<R>,
): Promise<R> {
  const { metricsFile: file, metricsPort: port, metricsHost } = options;
  const metrics = options.dryRun
    ? noMetrics
    : await host.openMetrics({ file, port, host: metricsHost, profile: profile?.name });
  return meterRun(metrics, host.clock, (meter) => run({ ...host, meter }));
}
