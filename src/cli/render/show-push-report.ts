import type { PushReport } from '../../core/accounting/push-report.ts';
import type { GlobalOptions } from '../../core/config/global-settings.ts';
import type { CliContext } from '../terminal-context.ts';
import { buildPalette } from './palette.ts';
import { renderPushReport } from './push-report.ts';

/** Shows the report of a run on stdout, its error on stderr, and returns the exit code. */
export function showPushReport(report: PushReport, options: GlobalOptions, context: CliContext): number {
  const { stdout, stderr } = context;
  if (report.error !== null) {
    const { message, cure } = report.error;
    stderr.write(`audit-export: ${message}\n${cure === null ? '' : `  → ${cure}\n`}`);
  } else if (!report.balanced) {
    stderr.write(
      'audit-export: the balance sheet does not come out right, which is a bug of this tool. Please report it with the output of --json.\n',
    );
  }
  if (options.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (!options.quiet || report.exitCode !== 0)
    stdout.write(renderPushReport(report, buildPalette(context, options.noColor), options.verbose));
  return report.exitCode;
}
