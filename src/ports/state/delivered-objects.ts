/** An object of a bucket that was delivered. */
export interface DeliveredObject {
  /** Which content of which object it was. */
  key: string;
  /** Its lines that were delivered, by audit type. */
  lines: Readonly<Record<string, number>>;
}

/** Which objects of buckets were delivered to a destination. */
export interface DeliveredObjects {
  /** Durable when the promise resolves. Throws `state-not-written`. */
  add: (objects: readonly DeliveredObject[]) => Promise<void>;
  /** All of them, oldest first; what was delivered once more comes again. Throws `state-not-written`. */
  all: () => AsyncIterable<DeliveredObject>;
}
