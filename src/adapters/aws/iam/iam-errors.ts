import type { ErrorCode } from '../../../errors.ts';
import { AuditExportError } from '../../../errors.ts';
import { UnexpectedAnswer } from '../answers.ts';
import type { AwsAct } from '../errors/aws-errors.ts';
import { fromAwsError } from '../errors/aws-errors.ts';

interface Meaning {
  code: ErrorCode;
  why: (said: string) => string;
  cure: (action: string) => string;
}

const lookAgain = (): string => 'Look at what there is: audit-export iam plan';

const denied: Meaning = {
  code: 'access-denied',
  why: () => 'the credentials in use may not do it',
  cure: (action) =>
    `Allow ${action} to this administrator, or have another one do it: audit-export init --request FILE here, audit-export iam apply --request FILE there.`,
};

const missing: Meaning = {
  code: 'iam-refused',
  why: () => 'it is not there (any more)',
  cure: lookAgain,
};

const taken: Meaning = {
  code: 'name-taken',
  why: () => 'the name is taken (IAM does not tell names apart by case)',
  cure: () => 'Choose another with --role-name or --policy-name.',
};

const unsupported: Meaning = {
  code: 'iam-refused',
  why: () => 'the server has no such call',
  cure: (action) =>
    action.includes('Policy')
      ? 'Where a server has no managed policies, use --inline-policy.'
      : 'Check AWS_ENDPOINT_URL_IAM, or AWS_ENDPOINT_URL where one server is all.',
};

const refused = (cure: (action: string) => string): Meaning => ({
  code: 'iam-refused',
  why: (said) => said,
  cure,
});

/** Errors of IAM by name. Source: IAM API Reference, the errors of each action. The SDK adds `Exception` to some. */
const byName: Readonly<Record<string, Meaning>> = {
  AccessDenied: denied,
  UnauthorizedOperation: denied,
  NoSuchEntity: missing,
  EntityAlreadyExists: taken,
  LimitExceeded: refused(() => 'Delete what is no longer used, or ask AWS to raise the limit.'),
  MalformedPolicyDocument: refused(
    () => 'Check --account-id: AWS takes no account as a principal that it does not know.',
  ),
  DeleteConflict: refused(() => 'Take away what still hangs on it, then run it again.'),
  ConcurrentModification: refused(() => 'Somebody else is changing it as well: run it again.'),
  UnmodifiableEntity: refused(() => 'Only AWS may change it: choose another --role-name or --policy-name.'),
  InvalidInput: refused(lookAgain),
  ValidationError: refused(lookAgain),
  NotImplemented: unsupported,
  InvalidAction: unsupported,
  MethodNotAllowed: unsupported,
  UnknownOperation: unsupported,
};

/** Servers other than AWS may send no name: then the HTTP status has to do. */
const byStatus: Readonly<Record<number, Meaning>> = {
  403: denied,
  404: missing,
  405: unsupported,
  409: taken,
  501: unsupported,
};

/** What `fromAwsError` says when it knows no more than the status, in the words of S3. */
const unspecific: ReadonlySet<ErrorCode> = new Set([
  'access-denied',
  'no-such-bucket',
  'store-failed',
  'not-supported',
  'wrong-region',
]);

/** Turns an error of IAM into ours; what is not IAM's own (credentials, network) is said as everywhere. */
export function fromIamError(error: unknown, act: AwsAct): AuditExportError {
  if (error instanceof AuditExportError) return error;
  const general = fromAwsError(error, act);
  const meaning = meaningOf(error, general);
  if (meaning === undefined) return general;
  const { awsError, requestId, httpStatus } = general.details;
  const facts = [nameOf(error), requestId === undefined ? undefined : `request ${String(requestId)}`];
  const said = facts.filter((fact) => fact !== undefined && fact !== '').join(', ');
  return new AuditExportError(
    meaning.code,
    `${act.action} on ${act.target} failed: ${meaning.why(messageOf(error))}${said === '' ? '' : ` (${said})`}.`,
    {
      cure: meaning.cure(act.action),
      details: { action: act.action, target: act.target, awsError, requestId, httpStatus },
      cause: error,
    },
  );
}

/** Whether the answer was that there is no such thing. */
export function isMissing(error: unknown): boolean {
  const name = nameOf(error);
  if (error instanceof UnexpectedAnswer) return false;
  return name === 'NoSuchEntity' || (byName[name] === undefined && statusOf(error) === 404);
}

/** Whether the answer was that the server has no such call. */
export function isUnsupported(error: unknown): boolean {
  const known = byName[nameOf(error)];
  return known === unsupported || (known === undefined && [405, 501].includes(statusOf(error) ?? 0));
}

/** Whether it was another writer who was in the way, for now. */
export function isConflict(error: unknown): boolean {
  return nameOf(error) === 'ConcurrentModification';
}

function meaningOf(error: unknown, general: AuditExportError): Meaning | undefined {
  const named = byName[nameOf(error)];
  if (named !== undefined) return named;
  if (error instanceof UnexpectedAnswer) return isUnsupported(error) ? unsupported : undefined;
  if (!unspecific.has(general.code)) return undefined;
  return byStatus[statusOf(error) ?? 0] ?? (general.code === 'store-failed' ? refused(lookAgain) : undefined);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name.replace(/Exception$/, '') : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== ''
    ? error.message.replace(/\.$/, '')
    : 'no reason was given';
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
