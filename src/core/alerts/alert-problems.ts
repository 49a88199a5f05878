import type { ReportProblem } from '../accounting/push-report.ts';
import type { AlertCounts } from './alert-writer.ts';
import { alertFolder } from './alert-object.ts';

/** What the report says of alerts that the store did not take: one problem for all of them, with the reason of the first. */
export function alertProblems({ failed, failure }: AlertCounts): ReportProblem[] {
  if (failure === undefined) return [];
  const what = failed === 1 ? 'An alert was' : `${failed} alerts were`;
  const cure = failure.cure === undefined ? '' : `${failure.cure} `;
  return [
    {
      kind: 'alert',
      source: `${alertFolder}/`,
      message: `${what} not written below ${alertFolder}/, the events were delivered: ${failure.message}`,
      cure: `${cure}Then push the same files with --reread: what was delivered is not stored again, and the alerts are written.`,
    },
  ];
}
