/** The lines of one chunk that will be delivered, in input order: byte range, event time, type index and partition. */
export class GoodLines {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly times: number[] = [];
  readonly types: number[] = [];
  readonly partitions: number[] = [];
}
