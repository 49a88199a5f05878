import type { ProofReport } from '../../../commands/verify/check-proof.ts';
import { formatBytes, formatCount, formatCounted } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import type { FindingCode, FindingPlace } from '../../../core/verify/finding.ts';
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
    ...report.logs.map((log) => [hangingText(logText(log, report, palette), 2, view.columns)]),
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

function logText(log: VerifiedLog, { underWay }: VerifyReport, { strong }: Palette): string {
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
  const hasBegun = underWay.some((one) => one.log === id && one.leaves === 0);
  const bare = hasBegun
    ? 'has just begun: none of its leaves is published yet.'
    : 'has no checkpoint that is signed.';
  const size =
    leaves === null
      ? bare
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
  const lines: string[] = [];
  let left = view.verbose ? Infinity : mostShown;
  let shown = 0;
  let kept = 0;
  for (const finding of found) {
    const examples = finding.examples.slice(0, left);
    left -= examples.length;
    shown += examples.length;
    kept += finding.examples.length;
    lines.push(...exampleLines(finding.message, examples, view));
  }
  const cure = shown < kept ? ` (--verbose shows ${kept < count ? formatCount(kept) : 'them'})` : '';
  return [
    `${palette.bad(code)} ${formatCount(count)}: ${findingMeanings[code]}`,
    ...lines,
    ...(count > shown ? [palette.faint(`  and ${formatCount(count - shown)} more${cure}`)] : []),
  ];
}

/** What is said of several places is said once. */
function exampleLines(message: string, examples: readonly FindingPlace[], { columns }: VerifyView): string[] {
  const [first, ...others] = examples;
  if (first === undefined) return [];
  const line = (indent: number, parts: readonly string[]): string =>
    `${' '.repeat(indent)}${hangingText(parts.filter((part) => part !== '').join(' '), indent + 2, columns)}`;
  const named = ({ key }: FindingPlace): string => (key === undefined ? '' : `${printable(key)}:`);
  const rest = ({ detail = '', ...place }: FindingPlace): string[] => [printable(detail), who(place)];
  if (others.length === 0) return [line(2, [named(first), printable(message), ...rest(first)])];
  return [
    line(2, [printable(message)]),
    ...examples.map((place) =>
      line(4, [place.detail === undefined ? printable(place.key ?? '') : named(place), ...rest(place)]),
    ),
  ];
}

function who({ log, leaf }: FindingPlace): string {
  return log === undefined || leaf === undefined ? '' : `(log ${printable(log)}, leaf ${leaf})`;
}

function verdictLine(
  { verdict, counts, notProven, logs }: VerifyReport,
  { good, bad, warn, strong }: Palette,
): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const lines: Record<VerifyReport['verdict'], string> = {
    intact: logs.some(({ leaves }) => leaves !== null)
      ? good('Complete and untouched, as far as the log tells.')
      : good('Nothing is wrong, and nothing is recorded yet: the log has just begun.'),
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
