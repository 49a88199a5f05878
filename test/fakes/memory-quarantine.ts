import type { Quarantine, QuarantinedLine } from '../../src/ports/store/quarantine.ts';

/**
 * Keeps what is set aside in memory, copied as the port demands; parts of a long line are joined with the record that
 * ends it. Fails at the line number `failAt` (from 0).
 */
export class MemoryQuarantine implements Quarantine {
  readonly lines: { line: QuarantinedLine; bytes: Buffer }[] = [];
  sealed = 0;
  readonly #failAt: number;
  #parts: Buffer[] = [];

  constructor(failAt = Number.POSITIVE_INFINITY) {
    this.#failAt = failAt;
  }

  async add(line: QuarantinedLine, bytes: Buffer): Promise<void> {
    if (this.lines.length >= this.#failAt) throw new Error('the quarantine is full');
    this.lines.push({ line, bytes: Buffer.concat([...this.#parts, bytes]) });
    this.#parts = [];
  }

  async addPart(bytes: Buffer): Promise<void> {
    this.#parts.push(Buffer.from(bytes));
  }

  async dropParts(): Promise<void> {
    this.#parts = [];
  }

  async size(): Promise<number> {
    return this.lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async seal(): Promise<string | undefined> {
    this.sealed++;
    return this.lines.length === 0 ? undefined : 'memory-quarantine';
  }
}
