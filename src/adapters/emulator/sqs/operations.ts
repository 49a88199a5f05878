import { batch } from './batches.ts';
import { changeVisibility, deleteMessage, receiveMessage, sendMessage } from './messages.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listQueues,
  purgeQueue,
  setQueueAttributes,
} from './queues.ts';
import type { SqsOperation } from './sqs-call.ts';

/** The operations by name. */
export const sqsOperations: Readonly<Record<string, SqsOperation>> = {
  CreateQueue: createQueue,
  DeleteQueue: deleteQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  PurgeQueue: purgeQueue,
  SendMessage: sendMessage,
  SendMessageBatch: batch(sendMessage),
  ReceiveMessage: receiveMessage,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: batch(deleteMessage),
  ChangeMessageVisibility: changeVisibility,
  ChangeMessageVisibilityBatch: batch(changeVisibility),
};
