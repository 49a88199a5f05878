import type {
  ProfileStatus,
  StatusReport,
  StatusRun,
  TypeStatus,
} from '../../../commands/status/status-report.ts';
import type { RunState } from '../../../core/runs/run-states.ts';
import { printDuration } from '../../../core/language/duration.ts';
import { formatBytes, formatCount } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import { layoutTable } from '../../../core/report/table.ts';
import { hangingText } from '../hanging-text.ts';
import type { Palette } from '../palette.ts';
import { formatAge, formatMinute } from './status-words.ts';

/** How the report is shown. */
export interface StatusView {
  verbose: boolean;
  /** Width of the terminal, where there is one. */
  columns: number | undefined;
}

interface Drawing {
  palette: Palette;
  view: StatusView;
  nowMs: number;
}

/** How every export stands, as text: profile by profile, what needs a look at the end of each. Times are UTC. */
export function renderStatusReport(
  { at, profiles, configuration, dismissed }: StatusReport,
  palette: Palette,
  view: StatusView,
): string {
  const looked =
    configuration.file === null
      ? [
          `There is no configuration. It was looked for in ${configuration.lookedFor.map(printable).join(' and ')}.`,
        ]
      : [];
  const forgotten = dismissed.length === 0 ? [] : [`Dismissed: ${dismissed.map(printable).join(', ')}`];
  const head = [...looked, ...forgotten].join('\n');
  if (profiles.length === 0)
    return `${head}${head === '' ? '' : '\n'}Nothing is known yet: there is no profile, and no run was made on this machine.\n  → audit-export init\n`;
  const drawing = { palette, view, nowMs: Date.parse(at) };
  const parts = [...(head === '' ? [] : [head]), ...profiles.map((profile) => profileText(profile, drawing))];
  return `${parts.join('\n\n')}\n`;
}

function profileText(profile: ProfileStatus, drawing: Drawing): string {
  const parts = [
    headLines(profile, drawing),
    runLines(profile, drawing),
    typeLines(profile, drawing),
    problemLines(profile, drawing),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

function headLines(profile: ProfileStatus, { palette, nowMs }: Drawing): string[] {
  const { strong, faint } = palette;
  const { state, store, lastSuccess, accessTest, locks, spool, quarantine, folders } = profile;
  const name = profile.profile === null ? 'Runs without a profile' : printable(profile.profile);
  const age = (instant: string): string => `${formatAge(nowMs - Date.parse(instant))} ago`;
  const facts: [string, string][] = [
    [
      'Last success',
      lastSuccess === null ? 'none known' : `${formatMinute(lastSuccess)}, ${age(lastSuccess)}`,
    ],
    ...locks.map(({ pid, host, startedAt }): [string, string] => [
      'Under way',
      `process ${pid} on ${printable(host)} since ${formatMinute(startedAt)}`,
    ]),
    ['Access test', accessTest === null ? 'none known' : `${accessTest.verdict}, ${age(accessTest.at)}`],
    ...optional(spool, ({ files, bytes, oldest }) => [
      'Spool',
      files === 0
        ? 'empty'
        : `${formatBytes(bytes)} in ${formatCount(files)} ${files === 1 ? 'file' : 'files'}${oldest === null ? '' : `, the oldest ${age(oldest)}`}`,
    ]),
    ...optional(quarantine, ({ lines, lists }) => [
      'Quarantine',
      lines === 0
        ? 'empty'
        : `${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'} in ${formatCount(lists)} ${lists === 1 ? 'list' : 'lists'}`,
    ]),
    ...folders.map((folder): [string, string] => ['State', printable(folder)]),
  ];
  const to = store === null ? '' : ` → ${printable(store)}`;
  const stage = state === null ? '' : ` (${state})`;
  return [
    `${strong(name)}${stage}${to}`,
    ...layoutTable(facts, 2).map((line) => `  ${faint(line.slice(0, 14))}${line.slice(14)}`),
  ];
}

function optional<T>(value: T | null, row: (value: T) => [string, string]): [string, string][] {
  return value === null ? [] : [row(value)];
}

const outcomeNames: Readonly<Record<RunState, string>> = {
  delivered: 'delivered',
  'delivered-with-quarantine': 'quarantined some',
  'delivered-in-part': 'delivered in part',
  interrupted: 'interrupted',
  failed: 'failed',
  running: 'under way',
  crashed: 'crashed',
  unknown: 'no end known',
};

const noNumber = '-';

function runLines({ runs, runsKnown, runsSummarised }: ProfileStatus, drawing: Drawing): string[] {
  if (runs.length === 0) return [];
  const { strong, faint } = drawing.palette;
  const head = ['Run (UTC)', 'outcome', 'took', 'try', 'delivered', 'set aside'];
  const [first = '', ...table] = layoutTable([head, ...runs.map(runRow)], 2);
  const all = runsKnown + runsSummarised;
  const more =
    all > runs.length
      ? [faint(`The last ${formatCount(runs.length)} of ${formatCount(all)} runs (--limit N shows more)`)]
      : [];
  const rows = runs.flatMap((run, index) => [
    colourRow(table[index] ?? '', run, drawing.palette),
    ...reasonLines(run, drawing),
  ]);
  return [strong(first), ...rows, ...more];
}

function runRow({ startedAt, outcome, seconds, attempt, lines }: StatusRun): string[] {
  return [
    formatMinute(startedAt),
    outcomeNames[outcome],
    seconds === null ? noNumber : formatAge(seconds * 1000),
    String(attempt),
    ...[lines?.delivered, lines?.quarantined].map((count) =>
      count === undefined ? noNumber : formatCount(count),
    ),
  ];
}

function colourRow(row: string, { outcome }: StatusRun, { bad, warn }: Palette): string {
  if (outcome === 'failed' || outcome === 'crashed') return bad(row);
  return outcome === 'delivered' || outcome === 'running' ? row : warn(row);
}

/** What was run, where it is not the usual; why it did not end well; with --verbose, what was sent again. */
function reasonLines(run: StatusRun, { palette, view }: Drawing): string[] {
  const { command, reason, note, retries } = run;
  const again = Object.entries(retries).map(([cause, count]) => `${cause} ${formatCount(count)}`);
  const told = [
    ...(command === 'push' ? [] : [command]),
    ...(reason === null ? [] : [`${reason.code}: ${reason.message}`]),
    ...(note === undefined ? [] : [note]),
    ...(view.verbose && again.length > 0 ? [`sent again: ${again.join(', ')}`] : []),
  ];
  return told.map((text) => palette.faint(`    ${hangingText(printable(text), 4, view.columns)}`));
}

function typeLines({ types, proposal }: ProfileStatus, { palette }: Drawing): string[] {
  if (types.length === 0) return [];
  const rows = types.map(({ type, silence, latest, lagSeconds, deliveryLagSeconds }) => [
    printable(type),
    expectedWords(silence),
    latest === null ? noNumber : formatMinute(latest),
    lagSeconds === null ? noNumber : formatAge(lagSeconds * 1000),
    deliveryLagSeconds === null ? noNumber : formatAge(deliveryLagSeconds * 1000),
  ]);
  const head = ['Audit type', 'expected', 'last event', 'ago', 'old at delivery'];
  const [first = '', ...table] = layoutTable([head, ...rows], 2);
  return [
    palette.strong(first),
    ...table.map((row, index) => (types[index]?.silence.state === 'silent' ? palette.bad(row) : row)),
    ...(proposal === null ? [] : [palette.faint(`To be told of silence: ${proposal}`)]),
  ];
}

function expectedWords({ state, expectedSeconds }: TypeStatus['silence']): string {
  if (expectedSeconds === null) return noNumber;
  return `every ${printDuration(expectedSeconds * 1000)}${state === 'silent' ? ': SILENT' : ''}`;
}

function problemLines({ problems }: ProfileStatus, { palette, view }: Drawing): string[] {
  if (problems.length === 0) return [palette.good('Nothing needs a look.')];
  return problems.flatMap(({ problem, message, cure, since }) => [
    hangingText(
      `${palette.warn(problem)}: ${printable(message)}${since === undefined ? '' : ` Since ${formatMinute(since)}.`}`,
      2,
      view.columns,
    ),
    `  → ${hangingText(printable(cure), 4, view.columns)}`,
  ]);
}
