import type { PlannedChange } from '../../../core/setup/plan/change.ts';
import { describeChange } from '../../../core/setup/plan/change.ts';
import type { DriftFinding } from '../../../core/setup/drift/finding.ts';
import type { AccessPlan } from '../../../core/setup/plan/plan.ts';
import type { StatementDifference } from '../../../core/setup/documents/statement-difference.ts';
import type { Palette } from '../palette.ts';

/** A plan as text: what it is about, what would change statement by statement, what differs by name, and a verdict. */
export function renderPlan(plan: AccessPlan, palette: Palette, apply: string): string {
  const { strong, faint } = palette;
  const parts = [
    [
      strong(plan.account === null ? 'Access' : `Access in account ${plan.account}`),
      ...plan.explanation.map((sentence) => `  ${sentence}`),
    ],
    plan.changes.length === 0
      ? []
      : [strong('Changes'), ...plan.changes.flatMap((change) => renderChange(change, palette))],
    plan.findings.length === 0
      ? []
      : [strong('Findings'), ...plan.findings.flatMap((finding) => renderFinding(finding, palette))],
    plan.notes.map((note) => faint(`Note: ${note}`)),
    [verdictOf(plan, palette, apply)],
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

/** Findings as lines: name, place, what is wrong, what cures it. */
export function renderFinding(
  { code, level, resource, statement, message, cure }: DriftFinding,
  { bad, warn, strong }: Palette,
): string[] {
  const mark = level === 'warning' ? warn('!') : bad('✘');
  const place = statement === undefined ? resource : `${resource}, ${statement}`;
  return [`  ${mark} ${strong(code)} ${place}: ${message}`, `    → ${cure}`];
}

function renderChange(change: PlannedChange, palette: Palette): string[] {
  const { good, bad, warn } = palette;
  const [word = ''] = change.kind.split('-');
  const mark = ['create', 'attach'].includes(word)
    ? good('+')
    : ['delete', 'detach'].includes(word)
      ? bad('-')
      : warn('~');
  return [`  ${mark} ${describeChange(change)}`, ...detailsOf(change).map((line) => coloured(line, palette))];
}

/** The statements of a change, each on its own line. */
function detailsOf(change: PlannedChange): string[] {
  switch (change.kind) {
    case 'create-policy':
      return addedStatements(change.document.Statement);
    case 'create-role':
      return addedStatements(change.trustPolicy.Statement);
    case 'update-trust':
    case 'create-policy-version':
    case 'put-inline-policy':
      return change.statements.map(differenceLine);
    default:
      return [];
  }
}

function addedStatements(statements: unknown): string[] {
  return [statements].flat().map((statement) => `      + ${JSON.stringify(statement)}`);
}

const signs: Record<StatementDifference['change'], string> = { keep: '=', remove: '-', add: '+' };

function differenceLine({ change, statement }: StatementDifference): string {
  return `      ${signs[change]} ${JSON.stringify(statement)}`;
}

function coloured(line: string, { good, bad, faint }: Palette): string {
  const sign = line.trimStart().charAt(0);
  if (sign === '=') return faint(line);
  return sign === '+' ? good(line) : bad(line);
}

function verdictOf(
  { inSync, changes, findings }: AccessPlan,
  { good, warn, bad }: Palette,
  apply: string,
): string {
  if (inSync) return good('✔ Nothing to do: role and policy are as they should be.');
  if (findings.some(({ level }) => level === 'blocking'))
    return bad('✘ Nothing can be applied before that is cured.');
  if (changes.length === 0) return bad('✘ Nothing to apply: the findings are for a person to cure.');
  const many = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  return warn(`${many} to make: ${apply}`);
}
