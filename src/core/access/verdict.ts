import type { ProbeReport, Verdict } from './access-report.ts';
import type { ProbeStatus } from './finding-row.ts';
import type { FindingCode } from './findings.ts';
import { probes } from './probes.ts';

/** Left out on purpose, or not a part of this access: nothing was kept from being proven. */
const onPurpose: ReadonlySet<FindingCode> = new Set([
  'not-chosen',
  'writes-nothing',
  'no-role',
  'no-other-external-id',
]);

const essential: ReadonlySet<string> = new Set(
  probes.flatMap((probe) => (probe.essential === true ? [probe.id] : [])),
);

/** How often each status came up. */
export function countStatuses(reports: readonly ProbeReport[]): Record<ProbeStatus, number> {
  const counts: Record<ProbeStatus, number> = { pass: 0, warn: 0, fail: 0, 'not-yet-visible': 0, skipped: 0 };
  for (const { status } of reports) counts[status] += 1;
  return counts;
}

/** What it comes to, all in all: the worst that is known, else what could not be known. */
export function verdictOf(reports: readonly ProbeReport[]): { verdict: Verdict; summary: string } {
  const counts = countStatuses(reports);
  if (counts.fail > 0) return { verdict: 'failed', summary: failedSummary(reports, counts.fail) };
  if (counts['not-yet-visible'] > 0)
    return {
      verdict: 'not-yet-visible',
      summary: 'Not yet visible: role or policy were changed a moment ago, which takes AWS a while.',
    };
  const untried = reports.filter(
    ({ probe, status, finding }) => status === 'skipped' && essential.has(probe) && !onPurpose.has(finding),
  );
  if (untried.length > 0)
    return {
      verdict: 'as-far-as-seen',
      summary: `Wired correctly as far as this side can see: neither a pass nor a fail. Not tried: ${untried.map(({ probe }) => probe).join(', ')}.`,
    };
  const left = reports.filter(
    ({ finding }) => finding === 'not-chosen' || finding === 'writes-nothing',
  ).length;
  return {
    verdict: 'passed',
    summary:
      left === 0
        ? 'Passed: it can do what it must, and can not do what it must not.'
        : `Passed, as far as it was chosen: ${left} of ${reports.length} probes were left out.`,
  };
}

function failedSummary(reports: readonly ProbeReport[], fails: number): string {
  const names = reports.filter(({ status }) => status === 'fail').map(({ probe }) => probe);
  return `Failed: ${fails === 1 ? 'one probe' : `${fails} probes`} (${names.join(', ')}).`;
}
