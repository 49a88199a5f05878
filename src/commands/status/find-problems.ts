import type { JudgedRun, RunState } from '../../core/runs/run-states.ts';
import { commandWith } from '../../core/config/destination.ts';
import { formatCount } from '../../core/report/format.ts';
import { printDuration } from '../../core/language/duration.ts';
import { shellWord } from '../../core/language/shell-word.ts';
import type { JournalProblem } from '../../ports/state/journal-problems.ts';
import { didEndWell } from '../../core/runs/run-states.ts';
import type { NamedPlace } from './status-host.ts';
import type { ProfileStatus, StatusProblem, TypeStatus } from './status-report.ts';

type Known = Omit<ProfileStatus, 'problems'>;

interface Evidence {
  /** Oldest first. */
  runs: readonly JudgedRun[];
  /** What could not be read, in words. */
  unreadable: readonly string[];
  /** What journals know to be missing or not readable. */
  sources: readonly JournalProblem[];
  named: Pick<NamedPlace, 'flags' | 'closed'>;
}

/** What somebody should look at, the most important first. Each finder says nothing where all is well. */
export function findProblems(known: Known, evidence: Evidence): StatusProblem[] {
  return finders.flatMap((find) => find(known, evidence));
}

const finders: readonly ((known: Known, evidence: Evidence) => StatusProblem[])[] = [
  ({ state }, { named: { flags } }) =>
    state !== 'draft'
      ? []
      : [
          {
            problem: 'draft',
            message: 'The set-up is not finished: nothing is delivered yet.',
            cure: commandWith('init', flags),
          },
        ],
  (_, { named }) => named.closed.map(({ message, cure }) => ({ problem: 'unreadable', message, cure })),
  (_, { unreadable }) =>
    unreadable.map((what) => ({
      problem: 'unreadable',
      message: `${what.charAt(0).toUpperCase()}${what.slice(1)}.`,
      cure: 'Let this user read the folder; what is broken can be removed, no event is in it.',
    })),
  accessProblems,
  lastRunProblems,
  (_, { sources, named: { flags } }) =>
    sources.map(({ id, source, since, message }) => ({
      problem: 'source',
      id,
      since,
      message: `${source}: ${message}`,
      cure: commandWith(`status --dismiss ${shellWord(id)}`, flags),
    })),
  silenceProblems,
  unknownProblems,
  ({ spool }, { runs, named: { flags } }) =>
    spool === null || spool.bytes === 0 || runs.some(({ state }) => state === 'running')
      ? []
      : [
          {
            problem: 'spool-waits',
            message: 'Events wait in the spool, and no run is under way to deliver them.',
            cure: commandWith('push --follow', flags),
          },
        ],
  ({ quarantine }, { named: { flags } }) =>
    quarantine === null || quarantine.lines === 0
      ? []
      : [
          {
            problem: 'quarantine',
            message: `${formatCount(quarantine.lines)} ${quarantine.lines === 1 ? 'line waits' : 'lines wait'} in the quarantine.`,
            cure: commandWith('quarantine list', flags),
          },
        ],
  ({ state, runsKnown, runsSummarised }, { unreadable, named: { flags, closed } }) =>
    runsKnown + runsSummarised > 0 || state === 'draft' || unreadable.length + closed.length > 0
      ? []
      : [
          {
            problem: 'no-runs',
            message: 'No run is known on this machine.',
            cure: `${commandWith('push', flags)} FILE`,
          },
        ],
];

function accessProblems({ accessTest, state }: Known, { named: { flags } }: Evidence): StatusProblem[] {
  const cure = commandWith('test-access', flags);
  if (accessTest !== null)
    return accessTest.verdict === 'failed'
      ? [{ problem: 'access-test-failed', message: `The last access test: ${accessTest.summary}`, cure }]
      : [];
  // What is active has passed its test, if not from this machine.
  if (state !== 'applied') return [];
  return [{ problem: 'not-tested', message: 'What the role can do was not tested yet.', cure }];
}

function lastRunProblems(_: Known, { runs }: Evidence): StatusProblem[] {
  const last = runs.findLast(({ state }) => state !== 'running');
  if (last === undefined) return [];
  if (didEndWell(last.state)) return leftOutProblems(last);
  const tries = last.attempt === 1 ? '' : ` (attempt ${last.attempt})`;
  const reason = last.end?.reason;
  const why =
    reason === undefined || reason === null ? sayings[last.state] : `: ${reason.code}, ${reason.message}`;
  return [
    {
      problem: 'last-run-failed',
      message: `The last run did not end well${tries}${why}`,
      cure: reason?.cure ?? 'Run it again: nothing is stored twice.',
    },
  ];
}

/** A run that delivered all it had, and said what it had not. */
function leftOutProblems({ end }: JudgedRun): StatusProblem[] {
  if (end === undefined || end.reason === null) return [];
  const { message, cure } = end.reason;
  return [{ problem: 'left-out', message, cure: cure ?? 'Look at its report.' }];
}

const sayings: Readonly<Record<Exclude<RunState, 'delivered' | 'delivered-with-quarantine'>, string>> = {
  'delivered-in-part': ': some of it could not be delivered or read.',
  crashed: ': it was killed.',
  unknown: ', as far as this machine knows: it ran elsewhere and left no end.',
  interrupted: ': it was told to stop.',
  failed: '.',
  running: ', as far as it came: it is under way.',
};

function silenceProblems({ types }: Known): StatusProblem[] {
  return types.flatMap(({ type, latest, silence }) =>
    silence.state !== 'silent'
      ? []
      : [
          {
            problem: 'silence',
            message:
              latest === null
                ? `No event of ${type} is known, and ${expectation(silence)}.`
                : `${type} is silent: its last event is of ${latest}, and ${expectation(silence)}.`,
            cure: 'Look whether its source still writes it, and whether what delivers it still runs.',
          },
        ],
  );
}

/** What schemas did not know in the last run that read anything. */
function unknownProblems(_: Known, { runs, named: { flags } }: Evidence): StatusProblem[] {
  const last = runs.findLast(({ end }) => (end?.balance.read ?? 0) > 0);
  return (last?.end?.unknown ?? []).map(({ type, warning, lines, schemaLine }) => ({
    problem: 'schema',
    message: `${type}: ${warning}, in ${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'} of the last run (delivered all the same).`,
    cure: `${commandWith(`types show ${type}`, flags)} > ${type}.json, add ${schemaLine}, and push with --schema ${type}.json`,
  }));
}

function expectation({ expectedSeconds }: TypeStatus['silence']): string {
  return `one is expected every ${printDuration((expectedSeconds ?? 0) * 1000)}`;
}
