import type { ProbeReport } from '../../../core/access/access-report.ts';
import type { ProbeStatus } from '../../../core/access/findings/finding-row.ts';
import { probeIds } from '../../../core/access/findings/probes.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';
import type { Palette } from '../palette.ts';
import { hangingText } from '../hanging-text.ts';
import { buildPalette } from '../palette.ts';

const nameWidth = Math.max(...probeIds.map((id) => id.length));

/** Shows one line a probe as it runs; on stderr where stdout is for JSON. Nothing with --quiet. */
export function showProbes(
  context: CliContext,
  { quiet, json, noColor, verbose }: GlobalOptions,
): { onProbe: (report: ProbeReport) => void; onWait: (what: string) => void } {
  if (quiet) return { onProbe: () => undefined, onWait: () => undefined };
  const { stdout, stderr, environment } = context;
  const stream = json ? stderr : stdout;
  const palette = buildPalette({ stdout: stream, environment }, noColor);
  let waitingFor = '';
  return {
    onProbe: (report) => {
      waitingFor = '';
      // What is right is no news: the verdict comes last, with what is wrong and what cures it.
      if (!verbose) return;
      const columns = stream.isTTY === true ? stream.columns : undefined;
      stream.write(`${renderProbe(report, palette, { verbose, columns })}\n`);
    },
    onWait: (what) => {
      if (what !== waitingFor) stderr.write(`${palette.faint(`… waiting: ${what}`)}\n`);
      waitingFor = what;
    },
  };
}

/** One probe as a line, broken where the terminal ends: its mark, its name, and what was found. */
export function renderProbe(
  report: ProbeReport,
  palette: Palette,
  { verbose = false, columns }: { verbose?: boolean; columns?: number | undefined } = {},
): string {
  const { probe, status, message } = report;
  const hanging = (text: string): string => hangingText(text, nameWidth + 4, columns);
  const said = status === 'skipped' ? palette.faint(hanging(`skipped, ${message}`)) : hanging(message);
  const name = probe.padEnd(nameWidth);
  const line = `${markOf(status, palette)} ${status === 'skipped' ? palette.faint(name) : name}  ${said}`;
  const facts = verbose ? factsOf(report) : [];
  return [line, ...facts.map((fact) => palette.faint(`${' '.repeat(nameWidth + 4)}${fact}`))].join('\n');
}

function factsOf({ title, finding, awsError, requestId, httpStatus, milliseconds }: ProbeReport): string[] {
  const answer = [
    httpStatus === null ? undefined : `HTTP ${httpStatus}`,
    awsError ?? undefined,
    requestId === null ? undefined : `request ${requestId}`,
    `${milliseconds} ms`,
  ].filter((part) => part !== undefined);
  return [`${title} (${finding})`, answer.join(', ')];
}

/** The mark of a status. */
export function markOf(status: ProbeStatus, { good, bad, warn, faint }: Palette): string {
  const marks: Record<ProbeStatus, string> = {
    pass: good('✔'),
    warn: warn('!'),
    fail: bad('✘'),
    'not-yet-visible': warn('…'),
    skipped: faint('-'),
  };
  return marks[status];
}
