import type { Message, Queue } from './queue.ts';
import { addMessage, numberOf, redriveOf, wake } from './queue.ts';
import type { SqsCall } from './sqs-call.ts';
import { invalidValue, neededText, queueOf, sqsError, wholeNumber } from './sqs-call.ts';

const mostWaitSeconds = 20;
const mostVisibilitySeconds = 43_200;

export function sendMessage(call: SqsCall): object {
  const queue = queueOf(call);
  const body = neededText(call, 'MessageBody');
  const most = numberOf(queue, 'MaximumMessageSize');
  if (Buffer.byteLength(body) > most)
    throw invalidValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
  const delaySeconds = wholeNumber(call.input['DelaySeconds'], 'DelaySeconds', { least: 0, most: 900 });
  const { id, md5 } = addMessage(queue, {
    body,
    senderId: call.principal.userId,
    now: call.now,
    ...(delaySeconds !== undefined && { delaySeconds }),
  });
  return { MessageId: id, MD5OfMessageBody: md5 };
}

/** Lends messages, waiting for the first of them for as long as the call or the queue says. */
export async function receiveMessage(call: SqsCall): Promise<object> {
  const queue = queueOf(call);
  const most =
    wholeNumber(call.input['MaxNumberOfMessages'], 'MaxNumberOfMessages', { least: 1, most: 10 }) ?? 1;
  const waitSeconds =
    wholeNumber(call.input['WaitTimeSeconds'], 'WaitTimeSeconds', { least: 0, most: mostWaitSeconds }) ??
    numberOf(queue, 'ReceiveMessageWaitTimeSeconds');
  const visibility =
    wholeNumber(call.input['VisibilityTimeout'], 'VisibilityTimeout', {
      least: 0,
      most: mostVisibilitySeconds,
    }) ?? numberOf(queue, 'VisibilityTimeout');
  const { clock } = call.world;
  const until = clock() + waitSeconds * 1000;
  for (;;) {
    const lent = lend(call, queue, { most, visibility });
    const leftMs = until - clock();
    if (lent.length > 0) return { Messages: lent };
    if (leftMs <= 0 || call.request.incoming.socket.destroyed) return {};
    await somethingNew(call, queue, leftMs);
  }
}

/** Waits until a message is sent, one becomes visible, the time is over or the caller has gone. */
async function somethingNew(call: SqsCall, queue: Queue, mostMs: number): Promise<void> {
  const now = call.world.clock();
  const next = Math.min(...[...queue.messages.values()].map(({ visibleAt }) => visibleAt - now), mostMs);
  const { socket } = call.request.incoming;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      queue.waiting.delete(done);
      socket.removeListener('close', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(1, next));
    queue.waiting.add(done);
    socket.once('close', done);
  });
}

function lend(
  call: SqsCall,
  queue: Queue,
  { most, visibility }: { most: number; visibility: number },
): object[] {
  const now = call.world.clock();
  const lent: object[] = [];
  for (const message of queue.messages.values()) {
    if (lent.length >= most) break;
    if (message.visibleAt > now || moveToDeadLetters(call, queue, message)) continue;
    message.receives += 1;
    message.receivedAt = now;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + visibility * 1000;
    lent.push(show(call, message));
  }
  return lent;
}

/** A message that was received as often as its queue allows goes to the dead-letter queue instead of to one more reader. */
function moveToDeadLetters({ world }: SqsCall, queue: Queue, message: Message): boolean {
  const redrive = redriveOf(queue);
  if (redrive === undefined || message.receives < redrive.maxReceiveCount) return false;
  const deadLetters = world.queues.get(redrive.deadLetterArn);
  if (deadLetters === undefined) return false;
  queue.messages.delete(message.id);
  deadLetters.messages.set(message.id, { ...message, receives: 0, visibleAt: world.clock() });
  wake(deadLetters);
  return true;
}

function show(call: SqsCall, message: Message): object {
  const all: Readonly<Record<string, string>> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
  };
  const asked = new Set(
    [call.input['MessageSystemAttributeNames'], call.input['AttributeNames']].flatMap((names) =>
      Array.isArray(names) ? (names as unknown[]) : [],
    ),
  );
  const shown = Object.entries(all).filter(([name]) => asked.has(name) || asked.has('All'));
  return {
    MessageId: message.id,
    ReceiptHandle: receiptOf(message),
    MD5OfBody: message.md5,
    Body: message.body,
    ...(shown.length > 0 && { Attributes: Object.fromEntries(shown) }),
  };
}

/** A message that was lent to somebody else since stays: the call succeeds all the same, as AWS warns. */
export function deleteMessage(call: SqsCall): object {
  const queue = queueOf(call);
  const { message, isLatest } = lentMessage(call, queue);
  if (message !== undefined && isLatest) queue.messages.delete(message.id);
  return {};
}

export function changeVisibility(call: SqsCall): object {
  const queue = queueOf(call);
  const seconds = wholeNumber(call.input['VisibilityTimeout'], 'VisibilityTimeout', {
    least: 0,
    most: mostVisibilitySeconds,
  });
  if (seconds === undefined)
    throw sqsError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
  const now = call.world.clock();
  const { message, isLatest } = lentMessage(call, queue);
  if (message === undefined || !isLatest) {
    throw invalidValue(
      `Value ${neededText(call, 'ReceiptHandle')} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  }
  if (message.visibleAt <= now) {
    throw sqsError(
      'MessageNotInflight',
      'The specified message is not in flight.',
      'AWS.SimpleQueueService.MessageNotInflight',
    );
  }
  if (now + seconds * 1000 > (message.receivedAt ?? now) + mostVisibilitySeconds * 1000)
    throw invalidValue('Total VisibilityTimeout for the message is beyond the limit [43200 seconds]');
  message.visibleAt = now + seconds * 1000;
  wake(queue);
  return {};
}

/** Names one loan of a message. */
function receiptOf({ id, receives }: Message): string {
  return Buffer.from(`rehearsal:${id}:${receives}`).toString('base64');
}

function lentMessage(call: SqsCall, queue: Queue): { message: Message | undefined; isLatest: boolean } {
  const receipt = neededText(call, 'ReceiptHandle');
  const [mark, id = '', receives] = Buffer.from(receipt, 'base64').toString('utf8').split(':');
  if (mark !== 'rehearsal' || receives === undefined)
    throw sqsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${receipt}" is not a valid receipt handle.`,
    );
  const message = queue.messages.get(id);
  return { message, isLatest: message?.receives === Number(receives) };
}
