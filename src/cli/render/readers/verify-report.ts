import type { ProofReport } from '../../../commands/verify/check-proof.ts';
import { formatBytes, formatCount, formatCounted } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import type { Finding, FindingCode } from '../../../core/verify/finding.ts';
import { findingMeanings } from '../../../core/verify/finding.ts';
import type { VerifiedLog, VerifyReport } from '../../../core/verify/verify-report.ts';
import { hangingText } from '../hanging-text.ts';
import type { Palette } from '../palette.ts';

/** Findings of one code that are shown; --verbose shows all that were kept. */
const mostShown = 10;

/** How it is shown. */
export interface VerifyView {
  verbose: boolean;
  /** Width of the terminal, where there is one. */
  columns: number | undefined;
}

/** What a verification found, as text; the verdict comes last. */
export function renderVerifyReport(report: VerifyReport, palette: Palette, view: VerifyView): string {
  const parts = [
    [palette.faint(lookedAt(report))],
    ...underWayLines(report, palette, view),
    ...report.logs.map((log) => [hangingText(logText(log, palette), 2, view.columns)]),
    ...Object.entries(report.counts).map(([code, count]) =>
      findingLines({ code: code as FindingCode, count, report, palette, view }),
    ),
    report.notProven.map(({ what, why, permission, times }) =>
      hangingText(
        `${palette.warn('not proven')} ${printable(what)}: ${printable(why)}${permission === undefined ? '' : `; ${permission} is missing`}${times > 1 ? ` (${formatCount(times)} times)` : ''}`,
        2,
        view.columns,
      ),
    ),
    [verdictLine(report, palette)],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n')}\n`;
}

function lookedAt({ store, mode, objects, from, to }: VerifyReport): string {
  const what =
    mode === 'quick'
      ? `${formatCounted(objects.listed, 'object', 'objects')} looked up, none read`
      : `${formatCounted(objects.read, 'object', 'objects')} read, ${formatCounted(objects.lines, 'line', 'lines')}, ${formatBytes(objects.bytes)}`;
  const period =
    from === null && to === null ? '' : `, events from ${from ?? 'the first'} to ${to ?? 'the last'}`;
  return `${printable(store)}: ${what}${period}`;
}

/** What is in flight is no finding, and is told. */
function underWayLines(
  { underWay, objects: { inFlight } }: VerifyReport,
  { warn }: Palette,
  { columns }: VerifyView,
): string[][] {
  const [first] = underWay;
  if (first === undefined) return [];
  const until = underWay.map((one) => one.until).reduce((a, b) => (a > b ? a : b));
  const what =
    inFlight === 0
      ? 'nothing that it stores is in no log'
      : `${formatCounted(inFlight, 'object is', 'objects are')} stored and in no log yet: verify again when it has ended, or after ${until}`;
  return [
    [
      hangingText(
        `${warn('under way')} run ${printable(first.run)} since ${first.since}: ${what}.`,
        2,
        columns,
      ),
    ],
  ];
}

function logText(log: VerifiedLog, { strong }: Palette): string {
  const { id, leaves, checkpoints, last, runs, keyIsGiven, remembered, quietSeconds, closed } = log;
  const seen =
    remembered === null
      ? ''
      : ` It begins with the ${formatCount(remembered.leaves)} leaves seen on ${remembered.at}${remembered.tiles === null ? '' : ` (proven from ${formatCounted(remembered.tiles, 'tile', 'tiles')})`}.`;
  const others = log.witnessed.flatMap(({ witness, leaves: had, at }) =>
    had === null
      ? []
      : [
          ` ${printable(witness.split('+')[0] ?? '')} has cosigned ${formatCount(had)} of them${at === null ? '' : ` on ${at}`}.`,
        ],
  );
  const quiet = quietSeconds === 0 ? '' : `, ${Math.round(quietSeconds / 360) / 10} hours proven quiet`;
  const own = log.keys.map(printable).join(' then ');
  const word = own === '' ? '' : ` Its key is the log’s own word: note it, and say --key next time. ${own}`;
  const key = keyIsGiven ? ' It is signed by a key of yours.' : word;
  const size =
    leaves === null
      ? 'has no checkpoint that is signed.'
      : `${formatCounted(leaves, 'leaf', 'leaves')} in ${formatCounted(checkpoints, 'checkpoint', 'checkpoints')}, ${formatCounted(runs, 'run', 'runs')}${quiet}, ${closed ? 'closed on' : 'up to'} ${last ?? 'an unknown time'}.`;
  return `${strong(`Log ${printable(id)}`)} ${size}${key}${seen}${others.join('')}`;
}

function findingLines({
  code,
  count,
  report,
  palette,
  view,
}: {
  code: FindingCode;
  count: number;
  report: VerifyReport;
  palette: Palette;
  view: VerifyView;
}): string[] {
  const found = report.findings.filter((finding) => finding.code === code);
  const shown = view.verbose ? found : found.slice(0, mostShown);
  const more = count - shown.length;
  const cure = !view.verbose && found.length > shown.length ? ' (--verbose shows them)' : '';
  return [
    `${palette.bad(code)} ${formatCount(count)}: ${findingMeanings[code]}`,
    ...byMessage(shown).flatMap((alike) => alikeLines(alike, view)),
    ...(more > 0 ? [palette.faint(`  and ${formatCount(more)} more${cure}`)] : []),
  ];
}

/** What is said of several objects is said once. */
function byMessage(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const name = finding.key === undefined ? findingText(finding) : finding.message;
    groups.set(name, [...(groups.get(name) ?? []), finding]);
  }
  return [...groups.values()];
}

function alikeLines(alike: readonly Finding[], { columns }: VerifyView): string[] {
  const [first] = alike;
  if (first === undefined) return [];
  if (alike.length === 1) return [`  ${hangingText(findingText(first), 4, columns)}`];
  return [
    `  ${hangingText(printable(first.message), 4, columns)}`,
    ...alike.map((finding) => `    ${printable(finding.key ?? '')}${who(finding)}`),
  ];
}

function findingText(finding: Finding): string {
  const { key, message } = finding;
  return `${key === undefined ? '' : `${printable(key)}: `}${printable(message)}${who(finding)}`;
}

function who({ log, leaf }: Finding): string {
  return log === undefined || leaf === undefined ? '' : ` (log ${printable(log)}, leaf ${leaf})`;
}

function verdictLine(
  { verdict, counts, notProven }: VerifyReport,
  { good, bad, warn, strong }: Palette,
): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const lines: Record<VerifyReport['verdict'], string> = {
    intact: good('Complete and untouched, as far as the log tells.'),
    findings: bad(`${formatCounted(total, 'finding', 'findings')}: this is not what was delivered.`),
    'not-proven': warn(
      `Nothing was found, but ${formatCounted(notProven.length, 'thing', 'things')} could not be proven.`,
    ),
  };
  return strong(lines[verdict]);
}

/** What one proof says, in two lines. */
export function renderProofReport(report: ProofReport, { good, bad }: Palette): string {
  const { object, verdict, why, key, lines, bytes, log, leaf, leaves } = report;
  const word =
    verdict === 'intact'
      ? good(`${printable(object)} is what was delivered as ${printable(key)}.`)
      : bad(`${printable(object)} is not what was delivered as ${printable(key)}: ${printable(why ?? '')}.`);
  return `${word}\n${formatCounted(lines, 'line', 'lines')}, ${formatBytes(bytes)}; leaf ${leaf} of the ${formatCount(leaves)} that ${printable(log)} has signed.\n`;
}
