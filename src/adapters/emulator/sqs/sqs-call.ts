import { demand } from '../access/decide.ts';
import type { Call } from '../call.ts';
import { WireError } from '../wire/wire-error.ts';
import type { Queue } from './queue.ts';
import { queueArn } from './queue.ts';

/** A request to SQS. */
export interface SqsCall extends Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Runs an operation and answers with what stands in the reply. */
export type SqsOperation = (call: SqsCall) => object | Promise<object>;

/** An error of SQS with its two names: of the JSON protocol, and of the query protocol that was before it. */
export function sqsError(code: string, message: string, queryCode = code): WireError {
  return new WireError(400, code, message, {
    headers: { 'x-amzn-query-error': `${queryCode};Sender` },
  });
}

export function invalidValue(message: string): WireError {
  return sqsError('InvalidParameterValue', message);
}

/** A text that must be there. Throws `WireError` MissingParameter. */
export function neededText(call: SqsCall, name: string): string {
  const value = call.input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw sqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

/** A whole number within bounds. Throws `WireError` InvalidParameterValue. */
export function wholeNumber(
  value: unknown,
  name: string,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw invalidValue(
    `Value ${JSON.stringify(value)} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}

/** The queue that QueueUrl names, if the caller may do this to it. Throws `WireError` QueueDoesNotExist or AccessDenied. */
export function queueOf(call: SqsCall, action = call.operation): Queue {
  const [account = '', name = ''] = pathOf(neededText(call, 'QueueUrl')).split('/').filter(Boolean).slice(-2);
  return demandedQueue(call, { account, name }, action);
}

/** The queue of that name, if the caller may do this to it. */
export function demandedQueue(
  call: SqsCall,
  { account, name }: { account: string; name: string },
  action: string,
): Queue {
  const arn = queueArn({ region: call.region ?? call.world.region, account, name });
  const queue = call.world.queues.get(arn);
  demandOnQueue(call, action, { arn, account, policy: queue?.attributes.get('Policy') });
  if (queue !== undefined) return queue;
  throw sqsError(
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    'AWS.SimpleQueueService.NonExistentQueue',
  );
}

/** Refuses a call that may not do this to a queue. SQS authorises a batch as its single action. */
export function demandOnQueue(
  call: SqsCall,
  action: string,
  { arn, account, policy }: { arn: string; account: string; policy: string | undefined },
): void {
  demand(call, {
    action: `sqs:${action.replace(/Batch$/, '')}`,
    resource: arn,
    resourceAccount: account,
    // Policies of queues and of buckets are evaluated alike.
    ...(policy !== undefined && { resourcePolicy: { kind: 'bucket', document: policy } as const }),
  });
}

/** The URL of a queue, on the host that was asked. */
export function urlOf(call: SqsCall, { account, name }: Pick<Queue, 'account' | 'name'>): string {
  return `http://${call.request.headers.get('host') ?? ''}/${account}/${name}`;
}

function pathOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).pathname;
  throw sqsError('InvalidAddress', `The address ${url} is not valid for this endpoint.`);
}
