import type { ErrorCode } from '../../errors.ts';
import type { Refusal } from '../../ports/aws/access-prober.ts';
import type { IamCaller } from '../../ports/aws/iam-admin.ts';
import type { ProbeStatus } from './findings/finding-row.ts';
import type { FindingCode } from './findings/findings.ts';
import { findings } from './findings/findings.ts';
import type { Outcome } from './tries/outcome.ts';
import type { Layer, Probe, ProbeId } from './findings/probes.ts';
import type { Names } from './tested/tested-access.ts';

/** What one probe came to. */
export interface ProbeReport {
  probe: ProbeId;
  layer: Layer;
  title: string;
  status: ProbeStatus;
  finding: FindingCode;
  message: string;
  /** The one command or setting that cures it. */
  cure: string | null;
  /** Names of what is wrong with a policy, as `iam plan` calls them. */
  causes: string[];
  errorCode: ErrorCode | null;
  awsError: string | null;
  requestId: string | null;
  httpStatus: number | null;
  milliseconds: number;
}

/**
 * `passed`: all that was chosen is as it should be. `as-far-as-seen`: nothing is wrong, but what matters most could not
 * be tried from here. `not-yet-visible`: something was changed a moment ago.
 */
export type Verdict = 'passed' | 'failed' | 'not-yet-visible' | 'as-far-as-seen';

/** What came of an access test. `--json` prints it, and the state of the profile keeps it: schemas/test-access-report.schema.json. */
export interface AccessReport {
  report: 'test-access';
  version: 1;
  /** ISO 8601, UTC. */
  at: string;
  profile: string | null;
  bucket: string;
  prefix: string;
  region: string | null;
  roleArn: string | null;
  caller: IamCaller | null;
  verdict: Verdict;
  /** The verdict in one sentence. */
  summary: string;
  /** The account whose credentials alone can try what was not tried. */
  elsewhere: string | null;
  probes: ProbeReport[];
  counts: Record<ProbeStatus, number>;
  /** URLs of what the test has left behind. */
  left: string[];
  waitedMs: number;
}

/** Puts an outcome into words. */
export function reportOn(
  probe: Probe,
  { finding, detail = '', refusal, requestId, causes = [], cure: own }: Outcome,
  { names, milliseconds }: { names: Names; milliseconds: number },
): ProbeReport {
  const { status, says, cure } = findings[finding];
  return {
    probe: probe.id,
    layer: probe.layer,
    title: probe.title,
    status,
    finding,
    message: says(names, detail),
    cure: own ?? cure?.(names, detail) ?? null,
    causes: [...causes],
    ...answerMembers(refusal, requestId),
    milliseconds,
  };
}

function answerMembers(
  refusal: Refusal | undefined,
  requestId: string | undefined,
): Pick<ProbeReport, 'errorCode' | 'awsError' | 'requestId' | 'httpStatus'> {
  if (refusal === undefined)
    return { errorCode: null, awsError: null, requestId: requestId ?? null, httpStatus: null };
  const { code, awsError = null, httpStatus = null } = refusal;
  return { errorCode: code, awsError, requestId: refusal.requestId ?? null, httpStatus };
}

/** Whether the test is as good as it can be here: all is right, or all that these credentials can ever try. */
export function isGood({ verdict, elsewhere }: Pick<AccessReport, 'verdict' | 'elsewhere'>): boolean {
  return verdict === 'passed' || (verdict === 'as-far-as-seen' && elsewhere !== null);
}
