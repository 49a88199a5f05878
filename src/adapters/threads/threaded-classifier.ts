import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ClassifyRules } from '../../core/classify/classify-chunk.ts';
import { classifyChunk } from '../../core/classify/classify-chunk.ts';
import { AuditExportError } from '../../errors.ts';
import type { Chunk, ClassifiedChunk, Classifier } from '../../ports/classifier.ts';
import type { WorkerAnswer, WorkerStart, WorkerTask } from './classifier-worker.ts';

/** Starting threads pays from here on; what is smaller is classified on the calling thread. */
const inlineBytes = 4 * 1024 * 1024;
/** More threads than this can't be fed by one that appends and hashes. */
const maxThreads = 4;

interface Waiting {
  chunk: Chunk;
  resolve: (classified: ClassifiedChunk) => void;
  reject: (error: unknown) => void;
}

/**
 * Classifies on the calling thread while the input is small, then on worker threads, one for each processor but the one that
 * appends and hashes: what a second thread on two processors gains, it loses by compiling the same code again. Chunks and
 * answers lie in shared memory. `workerUrl` is the compiled module of the worker.
 */
export class ThreadedClassifier implements Classifier {
  readonly #rules: ClassifyRules;
  readonly #start: WorkerStart;
  readonly #workerUrl: URL;
  #threads: Thread[] = [];
  #seenBytes = 0;

  constructor(rules: ClassifyRules, start: WorkerStart, workerUrl: URL) {
    this.#rules = rules;
    this.#start = start;
    this.#workerUrl = workerUrl;
  }

  /** Two chunks a thread keep each busy while answers are taken in. */
  get lookahead(): number {
    return this.#threads.length * 2;
  }

  async classify(chunk: Chunk): Promise<ClassifiedChunk> {
    this.#seenBytes += chunk.input.length;
    if (this.#seenBytes <= inlineBytes) return classifyChunk(chunk.input, chunk.output, this.#rules);
    if (this.#threads.length === 0) {
      const count = Math.max(1, Math.min(availableParallelism() - 1, maxThreads));
      this.#threads = Array.from({ length: count }, () => new Thread(this.#workerUrl, this.#start));
    }
    const idlest = this.#threads.reduce((a, b) => (b.load < a.load ? b : a));
    return idlest.classify(chunk);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

/** One worker thread and what was handed to it. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #failure: unknown;

  constructor(url: URL, start: WorkerStart) {
    this.#worker = new Worker(url, { workerData: start, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
    this.#worker.on('message', (answer: WorkerAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () =>
      this.#fail(new AuditExportError('unexpected', 'A classifying thread ended before its work.')),
    );
  }

  get load(): number {
    return this.#waiting.size;
  }

  classify(chunk: Chunk): Promise<ClassifiedChunk> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const task: WorkerTask = { id: this.#nextId++, input: chunk.input, output: chunk.output };
      this.#waiting.set(task.id, { chunk, resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      this.#worker.postMessage(task);
    });
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    await this.#worker.terminate();
  }

  #take({ id, contentBytes, chunk }: WorkerAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.resolve({ ...chunk, content: waiting.chunk.output.subarray(0, contentBytes) });
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
