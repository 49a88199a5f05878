/**
 * Exit codes by meaning: the contract with scripts and schedulers. The table is printed by `--help`
 * and stands in the README; the numbers never change.
 */
export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  configuration: 3,
  access: 4,
  quarantined: 5,
  delivery: 6,
  verification: 7,
  interrupted: 130,
} as const;

/** Every code an error of ours can carry, and the kind of exit it leads to. The code is the contract, the text is not. */
const errorKinds = {
  unexpected: 'bug',
  unbalanced: 'bug',
  usage: 'usage',
  'missing-answer': 'usage',
  'config-invalid': 'configuration',
  'schema-invalid': 'configuration',
  'source-unreadable': 'configuration',
  'source-unsupported': 'configuration',
  'source-broken': 'delivery',
  'source-moved': 'delivery',
  busy: 'delivery',
  'lock-lost': 'delivery',
  'access-denied': 'access',
  'no-credentials': 'access',
  'expired-credentials': 'access',
  'invalid-credentials': 'access',
  'clock-skew': 'access',
  'no-such-bucket': 'access',
  'wrong-region': 'access',
  'kms-denied': 'access',
  'kms-disabled': 'access',
  'acl-not-supported': 'access',
  unreachable: 'delivery',
  throttled: 'delivery',
  'store-failed': 'delivery',
  'not-supported': 'delivery',
  'output-failed': 'configuration',
  'state-not-written': 'configuration',
  'spool-failed': 'delivery',
  'quarantine-failed': 'delivery',
  'quarantine-full': 'delivery',
  'too-many-bad-lines': 'quarantined',
  'port-in-use': 'usage',
  interrupted: 'interrupted',
  'draft-profile': 'configuration',
  'config-not-written': 'configuration',
  'protected-setting': 'usage',
  'access-test-failed': 'access',
  'document-invalid': 'configuration',
  'no-receipt': 'configuration',
  'receipt-not-written': 'configuration',
  'name-taken': 'usage',
  'plan-stale': 'verification',
  'wrong-account': 'access',
  'iam-refused': 'access',
  declined: 'interrupted',
  'no-snowflake-credentials': 'access',
  'snowflake-denied': 'access',
  'snowflake-failed': 'delivery',
  'snowflake-throttled': 'delivery',
  'snowflake-unreachable': 'delivery',
  'queue-unusable': 'access',
  'messages-left': 'delivery',
  'witness-refused': 'delivery',
  'log-damaged': 'verification',
  'checkpoint-bad-signature': 'verification',
} as const satisfies Record<string, keyof typeof exitCodes>;

export type ErrorCode = keyof typeof errorKinds;

/** Plain facts beside the message: ids, names, numbers; never secrets. */
export type ErrorDetails = Record<string, string | number | boolean | undefined>;

const brand = Symbol.for('audit-export.error');

/** The one error class: what failed, on what and why in `message`, the one setting or command that cures it in `cure`. */
export class AuditExportError extends Error {
  readonly code: ErrorCode;
  readonly cure: string | undefined;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    more: { cure?: string; details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'AuditExportError';
    this.code = code;
    this.cure = more.cure;
    this.details = more.details ?? {};
    Object.defineProperty(this, brand, { value: true });
  }

  /** The exit code that a run ended by this error reports. */
  get exitCode(): number {
    return exitCodes[errorKinds[this.code]];
  }
}

/** Recognises our errors by a brand, so that two copies of the package still know each other's. */
export function isAuditExportError(error: unknown): error is AuditExportError {
  return error instanceof Error && brand in error;
}
