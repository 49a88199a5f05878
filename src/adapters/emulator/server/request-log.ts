import type { RequestRecord } from '../../../ports/aws/emulator.ts';

const mostRecords = 5000;

/** The latest requests, for tests and for looking at what a client really sent. */
export class RequestLog {
  #records: RequestRecord[] = [];

  add(record: RequestRecord): void {
    this.#records.push(record);
    if (this.#records.length > mostRecords * 2) this.#records = this.#records.slice(-mostRecords);
  }

  list(): readonly RequestRecord[] {
    return this.#records.slice(-mostRecords);
  }
}
