import { WireError } from '../wire/wire-error.ts';
import type { SqsOperation } from './sqs-call.ts';
import { queueOf, sqsError } from './sqs-call.ts';

const mostEntries = 10;

/**
 * The batch form of an operation: up to ten entries, each done or refused for itself
 * (Amazon SQS API Reference, "SendMessageBatch" and its like).
 */
export function batch(operation: SqsOperation): SqsOperation {
  return async (call) => {
    queueOf(call);
    const entries = entriesOf(call.input['Entries']);
    const Successful: object[] = [];
    const Failed: object[] = [];
    for (const entry of entries) {
      try {
        const single = { ...call, input: { ...entry, QueueUrl: call.input['QueueUrl'] } };
        Successful.push({ Id: entry['Id'], ...(await operation(single)) });
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        Failed.push({ Id: entry['Id'], SenderFault: true, Code: error.code, Message: error.message });
      }
    }
    return { Successful, Failed };
  };
}

function entriesOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const entries = Array.isArray(value) ? (value as Readonly<Record<string, unknown>>[]) : [];
  if (entries.length === 0) {
    throw sqsError(
      'EmptyBatchRequest',
      'There should be at least one entry in the request.',
      'AWS.SimpleQueueService.EmptyBatchRequest',
    );
  }
  if (entries.length > mostEntries) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${mostEntries}. You have sent ${entries.length}.`,
      'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
    );
  }
  const ids = entries.map((entry) => entry['Id']);
  if (new Set(ids).size === ids.length) return entries;
  throw sqsError(
    'BatchEntryIdsNotDistinct',
    'Two or more batch entries in the request have the same Id.',
    'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  );
}
