import type { S3Client } from '@aws-sdk/client-s3';

const mark = Symbol('an earlier attempt may have been carried out');

interface AttemptError {
  name?: string;
  $metadata?: { httpStatusCode?: number };
  [mark]?: boolean;
}

/**
 * Makes the client remember, when it tries a request again, whether an earlier attempt may have been carried out although
 * its answer was an error or never came: then a 412 can be the echo of our own PUT.
 */
export function rememberLostAnswers(client: S3Client): void {
  const lost = new WeakSet<object>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (lost.has(context)) (error as AttemptError)[mark] = true;
        throw error;
      }
    },
    { step: 'initialize', priority: 'high', name: 'reportLostAnswers' },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (mayHaveBeenCarriedOut(error as AttemptError)) lost.add(context);
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'noteLostAnswers' },
  );
}

/** Whether an attempt before the one that failed this way may have been carried out. */
export function hadLostAnswer(error: unknown): boolean {
  return (error as AttemptError)[mark] === true;
}

/** S3 says 503 before it does anything; other server errors, and no answer at all, leave it open. */
function mayHaveBeenCarriedOut({ $metadata }: AttemptError): boolean {
  const status = $metadata?.httpStatusCode;
  return status === undefined || (status >= 500 && status !== 503);
}
