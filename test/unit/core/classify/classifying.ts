import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { inTryingOrder } from '../../../../src/core/audit-types/audit-type.ts';
import { buildClassifyRules } from '../../../../src/core/classify/build-rules.ts';
import type { ClassifySettings } from '../../../../src/core/classify/build-rules.ts';
import { classifyChunk } from '../../../../src/core/classify/classify-chunk.ts';
import type { ClassifyRules } from '../../../../src/core/classify/classify-chunk.ts';
import { outputBytes } from '../../../../src/core/lines/chunk-memory.ts';
import { hourLayout } from '../../../../src/core/layout/layout.ts';
import type { ClassifiedChunk } from '../../../../src/ports/classifier.ts';

/** Rules with all built-in types, filed by the hour. */
export function builtInRules(settings: Partial<ClassifySettings> = {}): ClassifyRules {
  return buildClassifyRules(inTryingOrder(compiledAuditTypes, []), {
    layout: hourLayout,
    selected: undefined,
    maxLineBytes: 16 * 1024 * 1024,
    ...settings,
  });
}

export function classify(input: Buffer | string, rules = builtInRules()): ClassifiedChunk {
  const bytes = Buffer.from(input);
  return classifyChunk(bytes, Buffer.alloc(outputBytes(bytes.length)), rules);
}

/** A line that was filed, as somebody finds it who reads the partitions. */
export interface FiledLine {
  folder: string;
  type: string | undefined;
  timeMs: number;
  bytes: Buffer;
}

/** All filed lines, partition by partition; checks that slices and lines lie next to each other. */
export function filedLines(chunk: ClassifiedChunk, { scheme, types }: ClassifyRules): FiledLine[] {
  const filed: FiledLine[] = [];
  let at = 0;
  let line = 0;
  for (const { partition, start, end, firstLine, endLine } of chunk.slices) {
    if (start !== at || firstLine !== line) throw new Error('slices do not lie next to each other');
    for (; line < endLine; line++) {
      const lineEnd = chunk.lineEnds[line] ?? 0;
      if (chunk.content[lineEnd - 1] !== 0x0a) throw new Error('a line is not closed by LF');
      const bytes = chunk.content.subarray(at, lineEnd - 1);
      const type = types[chunk.lineTypes[line] ?? -1];
      filed.push({
        folder: scheme.describe(partition).folder,
        type,
        timeMs: chunk.lineTimes[line] ?? 0,
        bytes,
      });
      at = lineEnd;
    }
    if (end !== at) throw new Error('a slice does not end with its last line');
  }
  if (at !== chunk.content.length) throw new Error('there is content that belongs to no slice');
  return filed;
}
