import type { PushReport } from '../../../core/accounting/push-report.ts';
import { judgeRun } from '../../../core/queue/judge-run.ts';
import type { WrittenPlace } from '../../../core/queue/named-object.ts';
import { leftOut } from '../../../core/queue/named-object.ts';
import type { QueueBooks } from '../../../core/queue/queue-books.ts';
import { readMessage } from '../../../core/queue/read-message.ts';
import { formatCount, formatCounted, formatDuration } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import type { ErrorCode } from '../../../errors.ts';
import { AuditExportError } from '../../../errors.ts';
import type { Log } from '../../../ports/terminal/log.ts';
import type { MessageQueue, NamedObject, ObjectReader, QueueMessage } from '../../../ports/aws/queue.ts';
import type { Source } from '../../../ports/sources/source.ts';

export interface QueueWork {
  queue: MessageQueue;
  reader: ObjectReader;
  books: QueueBooks;
  /** Undefined: nothing is told. */
  log: Log | undefined;
  /** Where the worker delivers to. */
  written: readonly WrittenPlace[];
  visibilitySeconds: number;
  /** Pushes one source to its end. Throws what no other source could do anything about. */
  run: (source: Source) => Promise<PushReport>;
}

/** Works on messages, one at a time a lane: reads what they name, and removes them when all of it is durable. */
export class QueueWorker {
  readonly #work: QueueWork;
  #toldOfVisibility = false;

  constructor(work: QueueWork) {
    this.#work = work;
  }

  /**
   * Waits for a message and works on it; false if none came. A message whose objects fail is left to come again. Throws
   * what makes it useless to go on.
   */
  async workOnOne(waitSeconds: number, signal: AbortSignal): Promise<boolean> {
    const { queue, books, visibilitySeconds } = this.#work;
    const message = await queue.receive({ waitSeconds, visibilitySeconds, signal });
    if (message === undefined) return false;
    books.received++;
    const content = readMessage(message.body);
    if (content.kind === 'malformed') {
      books.malformed++;
      this.#leave(message, `message ${message.id}: ${content.why}`);
      return true;
    }
    if (content.kind === 'test') books.test++;
    else if (!(await this.#keeping(message, () => this.#readAll(message, content.objects)))) return true;
    if (content.kind === 'objects') books.ignoredEvents += content.ignored;
    await queue.remove(message);
    books.remove(message.id);
    return true;
  }

  /** Reads all objects of a message; whether all are done with. The others are read although one fails. */
  async #readAll(message: QueueMessage, objects: readonly NamedObject[]): Promise<boolean> {
    let isDone = true;
    for (const object of objects) isDone = (await this.#read(message, object)) && isDone;
    return isDone;
  }

  async #read(message: QueueMessage, object: NamedObject): Promise<boolean> {
    const { books, reader, run, written } = this.#work;
    const { bucket, keys, size } = object;
    if (leftOut({ bucket, key: keys[0], size }, written) !== undefined) {
      books.leftOut++;
      return true;
    }
    const source = reader.source(object);
    const report = await run(source);
    const verdict = judgeRun(report);
    if (verdict === 'gone') {
      books.gone++;
      const { name } = source;
      this.#work.log?.warn('object-gone', `${printable(name)} was deleted before it could be read.`, {
        source: name,
      });
      return true;
    }
    if (verdict === 'worker-failed') throw failureOf(report);
    if (verdict === 'object-failed') {
      this.#leave(message, withoutStop(report.error?.message ?? source.name));
      return false;
    }
    books.done++;
    this.#tellDelivered(source.name, report);
    return true;
  }

  /** Keeps a message from others for as long as it is worked on. */
  async #keeping<T>(message: QueueMessage, work: () => Promise<T>): Promise<T> {
    const { queue, visibilitySeconds, log } = this.#work;
    let extending: Promise<void> = Promise.resolve();
    const timer = setInterval(
      () => {
        extending = queue.extend(message, visibilitySeconds).catch((error: unknown) => {
          // Another worker may get it as well: that costs work, and stores nothing twice.
          if (!this.#toldOfVisibility)
            log?.warn('visibility-not-extended', error instanceof Error ? error.message : String(error));
          this.#toldOfVisibility = true;
        });
      },
      (visibilitySeconds * 1000) / 2,
    );
    try {
      return await work();
    } finally {
      clearInterval(timer);
      await extending;
    }
  }

  /** A message that is left is told of once, however often it comes. */
  #leave(message: QueueMessage, why: string): void {
    const isNew = this.#work.books.leave(message.id, why);
    if (isNew)
      this.#work.log?.warn('message-left', `${printable(why)}. The message is left in the queue.`, {
        message: message.id,
        receives: message.receives,
      });
  }

  #tellDelivered(source: string, { balance, objects, seconds }: PushReport): void {
    const { read, delivered, alreadyDelivered, quarantined } = balance;
    const parts = [
      `${formatCount(read)} lines`,
      `${formatCount(delivered)} delivered`,
      ...(alreadyDelivered > 0 ? [`${formatCount(alreadyDelivered)} there already`] : []),
      ...(quarantined > 0 ? [`${formatCount(quarantined)} set aside`] : []),
      formatCounted(objects.length, 'object', 'objects'),
      formatDuration(seconds * 1000),
    ];
    const facts = { source, ...balance, objects: objects.length, seconds };
    this.#work.log?.note('source-delivered', `${printable(source)}: ${parts.join(', ')}`, facts);
  }
}

/** The failure that a report tells of, as an error again. */
function failureOf({ error }: PushReport): Error {
  if (error === null)
    return new AuditExportError('unbalanced', 'The balance sheet of a run does not come out right.');
  const { code, message, cure, details } = error;
  if (code === 'unexpected') return Object.assign(new Error(message), { stack: details['stack'] });
  return new AuditExportError(code as ErrorCode, message, { ...(cure === null ? {} : { cure }), details });
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
