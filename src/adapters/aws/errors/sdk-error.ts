/** What is looked at in an error of the SDK, or of what lies below it. */
export interface SdkError {
  name?: string;
  code?: string;
  message?: string;
  cause?: unknown;
  /** Members of the error document of S3. */
  Region?: string;
  Endpoint?: string;
  Header?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string; attempts?: number };
  $response?: { headers?: Record<string, string | undefined> };
}

/** What the SDK calls an error that came without a name. */
const nameless = new Set(['Error', 'UnknownError', 'Unknown', 'UnexpectedAnswer', 'ProxyError']);

/**
 * The name that AWS gives it; undefined where there is none. The SDK calls a connection that was cut a time-out as well:
 * there the code says more.
 */
export function nameOf({ name, code }: SdkError): string | undefined {
  if (name === undefined) return undefined;
  if (nameless.has(name) || /^\d{3}$/.test(name)) return code;
  return name === 'TimeoutError' ? (code ?? name) : name;
}

/** The network's code stands on the error itself or on what caused it. */
export function codesOf(error: SdkError): string[] {
  const codes: string[] = [];
  for (
    let at: unknown = error, depth = 0;
    typeof at === 'object' && at !== null && depth < 4;
    at = (at as SdkError).cause, depth++
  )
    codes.push((at as SdkError).code ?? '');
  return codes;
}

/** The region that AWS names: as a member of the error, in a header of a redirect, in its endpoint, or in the text alone. */
export function regionOf({ Region, Endpoint, $response, message }: SdkError): string | undefined {
  return (
    Region ??
    $response?.headers?.['x-amz-bucket-region'] ??
    /[.]s3[.-]([a-z]{2,4}(?:-[a-z]+)+-\d)[.]amazonaws[.]com/.exec(Endpoint ?? '')?.[1] ??
    /expecting '([a-z0-9-]+)'/.exec(message ?? '')?.[1]
  );
}
