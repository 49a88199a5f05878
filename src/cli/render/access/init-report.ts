import type { InitReport } from '../../../commands/init/apply/init-report.ts';
import { hangingText } from '../hanging-text.ts';
import type { Palette } from '../palette.ts';
import { renderAccessReport } from './test-access-report.ts';

/** What came of the set-up: the documents where they were asked for, the test, and where things stand. */
export function renderInitReport(report: InitReport, palette: Palette, columns: number | undefined): string {
  const documents = report.outcome === 'printed' ? renderDocuments(report, palette) : [];
  const test = report.test === null ? [] : [renderAccessReport(report.test, palette, columns).trimEnd()];
  return `${[...documents, ...test, renderState(report, palette, columns)].join('\n\n')}\n`;
}

function renderDocuments({ documents }: InitReport, { strong }: Palette): string[] {
  return documents.map(({ file, text }) => `${strong(file)}\n${text.trimEnd()}`);
}

/** Why the verifier key is wanted: by then, the state of whoever delivers has it. */
const keyWords =
  '(where push runs) prints the key that verify checks its log with: keep it apart from the bucket';

function renderState(
  report: InitReport,
  { strong, good, bad, warn }: Palette,
  columns: number | undefined,
): string {
  const { profile, state, configFile, roleArn, receiptFile, next } = report;
  const tone = report.test?.verdict === 'failed' ? bad : report.state === 'active' ? good : warn;
  const facts = [
    ['Role', roleArn],
    ['Configuration', configFile],
    ['Receipt', receiptFile],
    ['Evidence', state === 'active' ? `audit-export evidence key --profile ${profile} ${keyWords}` : null],
  ].flatMap(([name, value]) =>
    value === null ? [] : [`${`${name}`.padEnd(15)}${hangingText(`${value}`, 15, columns)}`],
  );
  const verdict = hangingText(`The profile ${profile} is ${sentence(report)}`, 0, columns);
  return [strong(tone(verdict)), ...facts, `→ ${hangingText(next, 2, columns)}`].join('\n');
}

function sentence(report: InitReport): string {
  const { state, outcome, test, requestFile, answers } = report;
  if (outcome === 'requested') return `a draft; the request is in ${requestFile ?? ''}`;
  if (outcome === 'printed') return `${state === 'draft' ? 'a draft' : state}; nothing was made`;
  if (state === 'draft') return 'a draft; nothing was made, and push refuses it';
  if (test === null) return `${state}; not tested, since there are no credentials here`;
  if (test.verdict === 'failed') return 'applied, but the access test failed';
  if (test.verdict === 'not-yet-visible') return 'applied, and does not count everywhere in AWS yet';
  if (test.verdict === 'passed') return 'active: set up and tested';
  return `${state}; tested as far as these credentials see: what only account ${answers.accountId} may do is not proven`;
}
