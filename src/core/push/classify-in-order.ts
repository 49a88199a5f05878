import type { Chunk, ClassifiedChunk, Classifier } from '../../ports/classifier.ts';
import type { Cut, LongLinePart } from '../lines/chunk.ts';

/** A cut with what became of it, in the order of the input. */
export type Classified = { cut: Chunk; chunk: ClassifiedChunk } | { cut: LongLinePart };

/**
 * Hands chunks to the classifier, several at once, and yields the answers in the order of the input: from here on,
 * nothing depends on which was ready first. If reading fails, what was read before is still yielded.
 */
export async function* classifyInOrder(
  cuts: AsyncIterable<Cut>,
  classifier: Classifier,
): AsyncGenerator<Classified> {
  const waiting: Promise<Classified>[] = [];
  let failure: { error: unknown } | undefined;
  try {
    for await (const cut of cuts) {
      const answer =
        cut.kind === 'chunk'
          ? classifier.classify(cut).then((chunk) => ({ cut, chunk }))
          : Promise.resolve({ cut });
      // It is awaited below; until then a failure must not count as unhandled.
      answer.catch(() => undefined);
      waiting.push(answer);
      if (waiting.length > classifier.lookahead) yield (await waiting.shift()) as Classified;
    }
  } catch (error) {
    failure = { error };
  }
  for (const answer of waiting) yield await answer;
  if (failure !== undefined) throw failure.error;
}
