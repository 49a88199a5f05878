import type { PushReport } from '../../../core/accounting/push-report.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { shellWord } from '../../../core/language/shell-word.ts';
import { originalOf } from '../../load-profile.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import { formatCount } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import type { Log } from '../../../ports/terminal/log.ts';
import { renderError, renderKnownError } from '../error.ts';
import { columnsOf } from '../../terminal/columns.ts';
import { buildPalette } from '../palette.ts';
import { renderPushReport } from './push-report.ts';

/** Shows the report of a run on stdout, its error on stderr, and returns the exit code. */
export function showPushReport(report: PushReport, options: ShownOptions, context: CliContext): number {
  const { stdout } = context;
  logPushReport(report, options.verbose, context);
  if (options.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (!options.quiet || report.exitCode !== 0)
    stdout.write(
      renderPushReport(report, buildPalette(context, options.noColor), {
        verbose: options.verbose,
        columns: columnsOf(stdout),
        listCommand: listCommand(options, context),
      }),
    );
  return report.exitCode;
}

/** Tells the log how the run ended. A person sees its error only: the report follows. */
function logPushReport(report: PushReport, verbose: boolean, context: CliContext): void {
  const { log } = context;
  const { error, exitCode, outcome, balance, seconds, store, profile, objects, quarantine } = report;
  if (outcome !== 'failed') tellProblems(report, log);
  if (error !== null && (report.problems.length === 0 || outcome === 'failed')) {
    const shown = renderReportedError(error, verbose, context);
    log.error('failed', error.message, { ...error, exitCode }, shown);
  } else if (!report.balanced) {
    const message =
      'the balance sheet does not come out right, which is a bug of this tool. Please report it with the output of --json.';
    log.error('unbalanced', message, { balance }, `audit-export: ${message}\n`);
  }
  log.note(
    'finished',
    `The run ended: ${outcome}, exit code ${exitCode}.`,
    {
      outcome,
      exitCode,
      seconds,
      store,
      profile,
      balance,
      objects: objects.length,
      quarantine: quarantine.file,
    },
    '',
  );
}

/** More than these are in the report of --json. */
const mostTold = 20;

/** What was not delivered while the rest was, each with its cure. */
function tellProblems({ problems }: PushReport, log: Log): void {
  for (const { kind, source, message, cure } of problems.slice(0, mostTold)) {
    const shown = `audit-export: ${printable(message)}\n${cure === '' ? '' : `  → ${printable(cure)}\n`}`;
    log.warn(`source-${kind}`, message, { source, cure }, shown);
  }
  const more = problems.length - mostTold;
  if (more > 0) log.warn('more-problems', `${formatCount(more)} more are in the report: --json.`);
}

/** An error that is not ours reached the report: a bug, shown with what a report of it needs. */
function renderReportedError(
  error: NonNullable<PushReport['error']>,
  verbose: boolean,
  { version }: CliContext,
): string {
  if (error.code !== 'unexpected') return renderKnownError(error, verbose);
  return renderError(Object.assign(new Error(error.message), { stack: error.details['stack'] }), {
    version,
    verbose,
  });
}

type ShownOptions = GlobalOptions & { quarantine: string | undefined };

/** The command that finds what this run has set aside: it needs the flags that led there. */
function listCommand({ profile, config, quarantine }: ShownOptions, { environment }: CliContext): string {
  const flags = Object.entries({
    profile,
    config: config === undefined ? undefined : originalOf(config, environment),
    quarantine,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [` --${flag} ${shellWord(value)}`]));
  return `audit-export quarantine list${flags.join('')}`;
}
