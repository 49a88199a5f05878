import type { InitReport } from '../../commands/init/init-report.ts';
import type { AccessCheck, AccessVerdict } from '../../ports/access-test.ts';
import type { Palette } from './palette.ts';

const checkNames: Record<AccessCheck['check'], string> = {
  'role-visible': 'The role is visible',
  'assume-with-external-id': 'It can be assumed with the organization id',
  'assume-without-external-id': 'It is refused without the organization id',
  'put-object': 'An object can be written',
};

/** What came of the set-up: the documents where they were asked for, the test, and where things stand. */
export function renderInitReport(report: InitReport, palette: Palette): string {
  const documents = report.outcome === 'printed' ? renderDocuments(report, palette) : [];
  const test = report.test === null ? [] : [renderTest(report.test, palette)];
  return `${[...documents, ...test, renderState(report, palette)].join('\n\n')}\n`;
}

function renderDocuments({ documents }: InitReport, { strong }: Palette): string[] {
  return documents.map(({ file, text }) => `${strong(file)}\n${text.trimEnd()}`);
}

function renderTest({ checks, left }: AccessVerdict, { good, bad, warn, faint }: Palette): string {
  const marks: Record<AccessCheck['status'], string> = {
    passed: good('✔'),
    failed: bad('✖'),
    'not-yet-visible': warn('…'),
    skipped: faint('-'),
  };
  const lines = checks.map(({ check, status, detail }, index) => {
    const name = `${marks[status]} ${checkNames[check]}`;
    if (status === 'passed') return name;
    if (status !== 'skipped') return `${name}: ${detail}`;
    // One reason often stands for all that follows.
    const said = checks[index - 1]?.detail === detail;
    return `${name}${faint(said ? ': not tried either' : `: not tried, ${detail}`)}`;
  });
  const litter = left === null ? [] : [faint(`  The test has left ${left}`)];
  return [...lines, ...litter].join('\n');
}

function renderState(report: InitReport, { strong, good, bad, warn }: Palette): string {
  const { profile, configFile, roleArn, receiptFile, next } = report;
  const tone = report.test?.verdict === 'failed' ? bad : report.state === 'active' ? good : warn;
  const facts = [
    ['Role', roleArn],
    ['Configuration', configFile],
    ['Receipt', receiptFile],
  ].flatMap(([name, value]) => (value === null ? [] : [`${`${name}`.padEnd(15)}${value}`]));
  return [strong(tone(`The profile ${profile} is ${sentence(report)}`)), ...facts, `→ ${next}`].join('\n');
}

function sentence(report: InitReport): string {
  const { state, outcome, test, requestFile, answers } = report;
  if (outcome === 'requested') return `a draft; the request is in ${requestFile ?? ''}`;
  if (outcome === 'printed') return `${state === 'draft' ? 'a draft' : state}; nothing was made`;
  if (state === 'draft') return 'a draft; nothing was made, and push refuses it';
  if (test === null) return `${state}; not tested, since there are no credentials here`;
  if (test.verdict === 'failed') return 'applied, but the access test failed';
  if (test.verdict === 'passed') return 'active: set up and tested';
  return `${state}; tested as far as these credentials see: what only account ${answers.accountId} may do is not proven`;
}
