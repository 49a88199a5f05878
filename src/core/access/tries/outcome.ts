import type { ErrorCode } from '../../../errors.ts';
import type { Refusal } from '../../../ports/aws/access-prober.ts';
import type { FindingCode } from '../findings/findings.ts';

/** What a probe came to. */
export interface Outcome {
  finding: FindingCode;
  /** What the words of the finding are completed with. */
  detail?: string;
  /** What cures it, where that is known better than the finding has it. */
  cure?: string | undefined;
  /** What was answered, where that was not a yes. */
  refusal?: Refusal;
  requestId?: string | undefined;
  /** No time cures it, though it does other causes of the finding. */
  isSettled?: boolean;
  /** Names of what is wrong with a policy: the codes of `iam plan`. */
  causes?: readonly string[];
}

const byCode: Partial<Record<ErrorCode, FindingCode>> = {
  'expired-credentials': 'credentials-expired',
  'invalid-credentials': 'credentials-invalid',
  'no-credentials': 'credentials-invalid',
  'clock-skew': 'clock-wrong',
  'no-such-bucket': 'bucket-missing',
  'wrong-region': 'region-wrong',
  unreachable: 'no-answer',
  throttled: 'no-answer',
  'not-supported': 'not-supported',
};

/** What a refusal means to any probe that has no better word for it. */
export function generalOutcome(refusal: Refusal): Outcome {
  const finding = byCode[refusal.code] ?? 'other-error';
  return { finding, detail: detailOf(finding, refusal), refusal };
}

function detailOf(finding: FindingCode, { said, awsError, httpStatus, region, message }: Refusal): string {
  switch (finding) {
    case 'credentials-invalid':
      return said;
    case 'clock-wrong':
      return 'the clocks differ';
    case 'region-wrong':
      return region ?? 'another region';
    case 'not-supported':
      return awsError ?? `HTTP ${httpStatus ?? '?'}`;
    default:
      return withoutStop(message);
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** Whether IAM said that there is no such thing. */
export function isMissing({ httpStatus, awsError = '' }: Refusal): boolean {
  return httpStatus === 404 || awsError.startsWith('NoSuchEntity');
}
