import { classifyChunk } from '../../core/classify/classify-chunk.ts';
import type { ClassifyRules } from '../../core/classify/classify-chunk.ts';
import type { Classifier } from '../../ports/classifier.ts';

/** Classifies on the calling thread: the right thing for small inputs, where starting threads would cost more. */
export function buildInlineClassifier(rules: ClassifyRules): Classifier {
  return {
    lookahead: 0,
    classify: async ({ input, output }) => classifyChunk(input, output, rules),
    close: async () => undefined,
  };
}
