/**
 * The lines of one chunk that will be delivered, in input order: byte range, event time, type index and partition; and its key, where
 * keys are asked for.
 */
export class GoodLines {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly times: number[] = [];
  readonly types: number[] = [];
  readonly partitions: number[] = [];
  readonly keys: Uint8Array[] | undefined;

  constructor(withKeys = false) {
    this.keys = withKeys ? [] : undefined;
  }
}
