/** The beginning of a stream, and the same stream from its beginning on. */
export interface Peeked {
  /** As much as was asked for, or all there is. */
  head: Buffer;
  /** Whether the head is all there is. */
  isAll: boolean;
  /** The stream but for its first `skip` bytes. Where it broke off while it was looked at, it does so behind the head. */
  bytes: (skip?: number) => AsyncGenerator<Buffer>;
}

/** Looks at the beginning of a stream, until `isEnough` of what has come in all. */
export async function peek(
  stream: AsyncIterable<Buffer>,
  isEnough: (length: number, piece: Buffer) => boolean,
): Promise<Peeked> {
  const iterator = stream[Symbol.asyncIterator]();
  const pieces: Buffer[] = [];
  let length = 0;
  let isAll = false;
  let failure: { error: unknown } | undefined;
  try {
    for (let enough = false; !enough && !isAll;) {
      const next = await iterator.next();
      isAll = next.done === true;
      if (next.done === true) break;
      // A copy, for the source uses its buffer again.
      pieces.push(Buffer.from(next.value));
      length += next.value.length;
      enough = isEnough(length, next.value);
    }
  } catch (error) {
    failure = { error };
  }
  const head = Buffer.concat(pieces);
  return {
    head,
    isAll,
    bytes: (skip = 0) => rejoin(head.subarray(skip), isAll ? undefined : iterator, failure),
  };
}

async function* rejoin(
  head: Buffer,
  iterator: AsyncIterator<Buffer> | undefined,
  failure: { error: unknown } | undefined,
): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    if (failure !== undefined) throw failure.error;
    if (iterator === undefined) return;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator?.return?.();
  }
}
