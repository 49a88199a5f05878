import type { XmlValue } from '../xml/write-xml.ts';

/** What stands beside code and message in an error reply. */
export interface WireErrorExtras {
  /** Further elements of the error's XML, as S3 sends them for the code. */
  readonly fields?: Readonly<Record<string, XmlValue>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as it goes over the wire: HTTP status, AWS error code, message. Thrown by operations, rendered once. */
export class WireError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extras: WireErrorExtras;

  constructor(status: number, code: string, message: string, extras: WireErrorExtras = {}) {
    super(message);
    this.name = 'WireError';
    this.status = status;
    this.code = code;
    this.extras = extras;
  }
}

/** S3's plain refusal; IAM and STS name the caller and the action in theirs. */
export function accessDenied(message = 'Access Denied'): WireError {
  return new WireError(403, 'AccessDenied', message);
}

/** The request lacks something or contradicts itself. */
export function invalidRequest(message: string): WireError {
  return new WireError(400, 'InvalidRequest', message);
}
