import type { ProbeReport, Verdict } from './access-report.ts';
import type { ProbeStatus } from './findings/finding-row.ts';
import type { FindingCode } from './findings/findings.ts';
import { probes } from './findings/probes.ts';

/** Left out on purpose, or not a part of this access: nothing was kept from being proven. */
const onPurpose: ReadonlySet<FindingCode> = new Set([
  'not-chosen',
  'writes-nothing',
  'no-role',
  'no-other-external-id',
  'overwrite-not-planned',
  'no-outside',
  'no-other-bucket',
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
  if (counts.fail > 0)
    return { verdict: 'failed', summary: `${failedSummary(reports, counts.fail)}${notTried(reports)}` };
  if (counts['not-yet-visible'] > 0)
    return {
      verdict: 'not-yet-visible',
      summary: 'Not yet visible: role or policy were changed a moment ago, which takes AWS a while.',
    };
  if (untried(reports).some(({ probe }) => essential.has(probe)))
    return {
      verdict: 'as-far-as-seen',
      summary: `Wired correctly as far as this side can see: neither a pass nor a fail.${notTried(reports)}`,
    };
  const left = reports.filter(
    ({ finding }) => finding === 'not-chosen' || finding === 'writes-nothing',
  ).length;
  return {
    verdict: 'passed',
    summary:
      left === 0
        ? `Passed: it can do what it must, and can not do what it must not.${notTried(reports)}`
        : `Passed, as far as it was chosen: ${left} of ${reports.length} probes were left out.${notTried(reports)}`,
  };
}

function untried(reports: readonly ProbeReport[]): ProbeReport[] {
  return reports.filter(({ status, finding }) => status === 'skipped' && !onPurpose.has(finding));
}

/** Every probe that was skipped for a reason that nobody chose. */
function notTried(reports: readonly ProbeReport[]): string {
  const names = untried(reports).map(({ probe }) => probe);
  return names.length === 0 ? '' : ` Not tried: ${names.join(', ')}.`;
}

function failedSummary(reports: readonly ProbeReport[], fails: number): string {
  const names = reports.filter(({ status }) => status === 'fail').map(({ probe }) => probe);
  return `Failed: ${fails === 1 ? 'one probe' : `${fails} probes`} (${names.join(', ')}).`;
}
