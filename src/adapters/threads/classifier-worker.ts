import { parentPort, workerData } from 'node:worker_threads';
import { loadAuditTypes } from '../../core/audit-types/load-audit-types.ts';
import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import type { ClassifySettings } from '../../core/classify/build-rules.ts';
import { buildClassifyRules } from '../../core/classify/build-rules.ts';
import { classifyChunk } from '../../core/classify/classify-chunk.ts';
import type { ClassifiedChunk } from '../../ports/classifier.ts';

/** What a worker thread is started with. */
export interface WorkerStart {
  settings: ClassifySettings;
  ownTypes: readonly OwnTypeFile[];
}

/** A chunk to classify: views of memory that both threads see. */
export interface WorkerTask {
  id: number;
  input: Uint8Array;
  output: Uint8Array;
}

/** The answer, without the content: that lies in the shared memory. */
export interface WorkerAnswer {
  id: number;
  contentBytes: number;
  chunk: Omit<ClassifiedChunk, 'content'>;
}

const port = parentPort;
if (port !== null) {
  const { settings, ownTypes } = workerData as WorkerStart;
  const rules = buildClassifyRules(await loadAuditTypes(ownTypes), settings);
  const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
    Buffer.from(buffer, byteOffset, byteLength);
  port.on('message', ({ id, input, output }: WorkerTask) => {
    const { content, ...chunk } = classifyChunk(asBuffer(input), asBuffer(output), rules);
    const answer: WorkerAnswer = { id, contentBytes: content.length, chunk };
    const { lineEnds, lineTimes, lineTypes } = chunk;
    port.postMessage(answer, [lineEnds.buffer, lineTimes.buffer, lineTypes.buffer] as ArrayBuffer[]);
  });
}
