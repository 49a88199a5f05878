import type { Refusal, Tried } from '../../../ports/aws/access-prober.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { AuditExportError } from '../../../errors.ts';
import type { AwsAct } from '../errors/aws-errors.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import { fromIamError, isUnsupported } from '../iam/iam-errors.ts';

interface Metadata {
  $metadata?: { requestId?: string | undefined };
}

/** What came of a call: its answer, or its refusal in our words. */
export async function tried<T extends object>(
  act: AwsAct,
  call: () => Promise<T & Metadata>,
): Promise<Tried<T>> {
  try {
    return answerOf(await call());
  } catch (error) {
    return { ok: false, refusal: refusalOf(fromAwsError(error, act)) };
  }
}

/** The same for calls to IAM and STS, whose errors have words of their own. */
export async function triedIam<T extends object>(
  act: AwsAct,
  call: () => Promise<T & Metadata>,
): Promise<Tried<T>> {
  try {
    return answerOf(await call());
  } catch (error) {
    const refusal = refusalOf(fromIamError(error, act));
    const said = isAuditExportError(error) ? error.cause : error;
    return { ok: false, refusal: isUnsupported(said) ? { ...refusal, code: 'not-supported' } : refusal };
  }
}

function answerOf<T extends object>(answer: T & Metadata): Tried<T> {
  return { ...answer, ok: true, requestId: answer.$metadata?.requestId };
}

function refusalOf(error: AuditExportError): Refusal {
  const { awsError, requestId, httpStatus, region } = error.details;
  const { cause } = error;
  return {
    code: error.code,
    message: error.message,
    cure: error.cure,
    said: cause instanceof Error && !isAuditExportError(cause) ? cause.message : error.message,
    awsError: textOf(awsError),
    requestId: textOf(requestId),
    httpStatus: typeof httpStatus === 'number' ? httpStatus : undefined,
    region: textOf(region),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
