/** A running rehearsal: S3, SQS, STS and IAM on loopback. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`: the endpoint of all services. */
  readonly url: string;
  readonly port: number;
  /** The region of the accounts' profiles. */
  readonly region: string;
  /** Administrator of the account that owns buckets and roles. */
  readonly customer: EmulatorAccess;
  /** The user `exporter` of another account, who may assume roles and do nothing else. */
  readonly vendor: EmulatorAccess;
  /** A user `exporter` in the customer's own account, who may assume roles and do nothing else. */
  readonly sameAccount: EmulatorAccess;
  /** What the scenario made before the first request. */
  readonly prepared: {
    readonly bucket: string | undefined;
    readonly roleArn: string | undefined;
    readonly prefix: string;
    readonly externalId: string;
  };
  readonly faults: FaultControl;
  /** What came in, oldest first; only the latest few thousand are kept. */
  requests(): readonly RequestRecord[];
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

export interface EmulatorAccess {
  readonly accountId: string;
  readonly principalArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One request that came in. */
export interface RequestRecord {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly service: ServiceName;
  /** The name of the API operation, as `PutObject` or `AssumeRole`. */
  readonly operation: string;
  readonly method: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** HTTP status of the reply; 0 where the connection was cut or no reply was sent. */
  status: number;
  errorCode: string | undefined;
  /** The kinds of the faults that hit this request. */
  readonly faults: readonly FaultKind[];
  readonly headers: Readonly<Record<string, string>>;
}

export type ServiceName = 's3' | 'sqs' | 'sts' | 'iam' | 'kms' | 'unknown';

/** Makes the rehearsal misbehave while it runs. */
export interface FaultControl {
  /** Adds a fault and answers with its id. */
  add(fault: Fault): string;
  remove(id: string): void;
  clear(): void;
  list(): readonly (Fault & { readonly id: string })[];
}

/**
 * What can go wrong:
 * `error` answers with `status` and `code` before anything is done; `error-after` does the work first.
 * `reset` cuts the connection before the body is read, `reset-in-body` after `bytes` of it (of an answer's body where the
 * request has none), `reset-after` when the work is done.
 * `no-answer` keeps the connection open and says nothing. `slow` waits `ms`. `throttle` lets `perSecond` requests through
 * and answers the others with 503 SlowDown (S3) or 400 Throttling (IAM, STS).
 * `deny` refuses the action, `expired` calls the credentials expired, `key-disabled` takes KMS keys out of use,
 * `wrong-region` moves the bucket to `region`, `moving` answers 307 with a Location, `clock-skew` shifts the clock by `ms`,
 * `slow-propagation` makes IAM changes count only after `ms`.
 */
export const faultKinds = [
  'error',
  'error-after',
  'reset',
  'reset-in-body',
  'reset-after',
  'no-answer',
  'slow',
  'throttle',
  'deny',
  'expired',
  'key-disabled',
  'wrong-region',
  'moving',
  'clock-skew',
  'slow-propagation',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One fault: what it does, to which requests, how often and for how long. */
export interface Fault {
  readonly kind: FaultKind;
  /** All given parts must match; `*` and `?` are wildcards. Without any, every request matches. */
  readonly match?: {
    readonly service?: string;
    readonly operation?: string;
    readonly bucket?: string;
    readonly key?: string;
  };
  /** Share of the matching requests that are hit, 0 to 1; default 1. The choice is repeatable by `seed`. */
  readonly rate?: number;
  readonly seed?: number;
  /** So many matching requests pass first. */
  readonly skip?: number;
  /** So many requests are hit at most. */
  readonly count?: number;
  /** Starts so many milliseconds after it was added, and lasts `forMs`. */
  readonly afterMs?: number;
  readonly forMs?: number;
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly ms?: number;
  readonly bytes?: number;
  readonly perSecond?: number;
  readonly region?: string;
}
