import type { CollectReport } from '../../../commands/collect/collect-report.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import { leftOutLines, renderCollectReport } from './collect-report.ts';
import { wrapText } from '../../../core/report/wrap.ts';
import { columnsOf } from '../../terminal/columns.ts';
import { renderError, renderKnownError } from '../error.ts';
import { buildPalette } from '../palette.ts';

/** Shows the report of a run and returns the exit code: on stdout, or on stderr where stdout has the records. */
export function showCollectReport(
  report: CollectReport,
  options: GlobalOptions,
  context: CliContext,
): number {
  const { stdout, stderr, log } = context;
  const { error, exitCode } = report;
  if (error !== null) {
    const { code, message, cure, details } = error;
    log.error('failed', message, { code, exitCode, cure, details }, errorText(error, options, context));
  }
  const { outcome, seconds, account, store, watermark, rows, records } = report;
  const facts = { outcome, exitCode, seconds, account, store, watermark, rows, records };
  log.note('finished', `The run ended: ${outcome}, exit code ${exitCode}.`, facts, '');
  const place = report.outcome === 'printed' || report.store === null ? stderr : stdout;
  if (options.json) place.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (!options.quiet || exitCode !== 0)
    place.write(
      wrapText(renderCollectReport(report, buildPalette(context, options.noColor)), columnsOf(place)),
    );
  // A map that grows old must not go unseen: its gaps are told in any case.
  else for (const line of leftOutLines(report)) place.write(`${line}\n`);
  return exitCode;
}

function errorText(
  error: NonNullable<CollectReport['error']>,
  { verbose }: GlobalOptions,
  { version }: CliContext,
): string {
  if (error.code !== 'unexpected') return renderKnownError(error, verbose);
  const thrown = Object.assign(new Error(error.message), { stack: error.details['stack'] });
  return renderError(thrown, { version, verbose });
}
