/** Reads a source ahead of whoever takes its items. */
class ReadAhead<T> {
  readonly #items: T[] = [];
  readonly #room: number;
  readonly #filling: Promise<void>;
  #ended = false;
  #stopped = false;
  #failure: { error: unknown } | undefined;
  #wake: () => void = () => undefined;

  /** Begins to read at once, up to `room` items. */
  constructor(source: AsyncIterable<T>, room: number) {
    this.#room = room;
    this.#filling = this.#fill(source);
  }

  async #fill(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of source) {
        this.#items.push(item);
        this.#wake();
        while (this.#items.length >= this.#room && !this.#stopped) await this.#changed();
        if (this.#stopped) break;
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#ended = true;
    this.#wake();
  }

  /** One side waits at a time: there are too many items, or there is none. */
  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The items, then what reading threw. */
  async *take(): AsyncGenerator<T> {
    for (;;) {
      for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
        this.#wake();
        yield item;
      }
      if (this.#ended) break;
      await this.#changed();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Ends reading, and waits until that is so. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    return this.#filling;
  }
}

/** Items of one source that wait for their turn; with what is being read that bounds memory. */
const itemsAhead = 8;

/**
 * Reads `atOnce` sources at a time and yields what they hold in the order of the sources. What reading one throws is thrown when it
 * is its turn.
 */
export async function* readInOrder<S, T extends object>(
  sources: AsyncIterable<S>,
  read: (source: S) => AsyncIterable<T>,
  atOnce: number,
): AsyncGenerator<T> {
  const open: ReadAhead<T>[] = [];
  try {
    for await (const source of sources) {
      open.push(new ReadAhead(read(source), itemsAhead));
      if (open.length < atOnce) continue;
      yield* (open[0] as ReadAhead<T>).take();
      open.shift();
    }
    while (open.length > 0) {
      yield* (open[0] as ReadAhead<T>).take();
      open.shift();
    }
  } finally {
    await Promise.all(open.map((left) => left.stop()));
  }
}
