import { AuditExportError } from '../../errors.ts';
import type { Quarantine, QuarantinedLine } from '../../ports/store/quarantine.ts';
import type { LinePlace } from '../../ports/sources/source.ts';
import type { RunAccount } from '../accounting/run-account.ts';
import type { LongLinePart } from '../lines/chunk.ts';
import type { SourceAccount } from './source-part.ts';
import type { BadLine, Chunk } from '../../ports/classifier.ts';

/** Sets bad lines aside, counts them, and stops the run when there are more than it may have. */
export class BadLines {
  readonly #quarantine: Quarantine;
  readonly #account: RunAccount;
  readonly #limit: number;
  #longBytes = 0;

  /** `limit` is the number of bad lines that a run may have. */
  constructor(quarantine: Quarantine, account: RunAccount, limit: number) {
    this.#quarantine = quarantine;
    this.#account = account;
    this.#limit = limit;
  }

  /** Sets a chunk's bad lines aside. Throws `too-many-bad-lines`, and `quarantine-failed`. */
  async takeAll(bad: readonly BadLine[], cut: Chunk, source: SourceAccount): Promise<void> {
    for (const [index, badLine] of bad.entries()) {
      const { start, end, line, ...why } = badLine;
      const record = { ...placeOf(source, source.lines + line + 1, cut.offset + start), ...why };
      try {
        await this.#quarantine.add(record, cut.input.subarray(start, end));
      } catch (error) {
        this.#account.abandoned += bad.length - index;
        throw error;
      }
      this.#account.addQuarantined(badLine);
      this.#checkLimit(record, bad.length - index - 1);
    }
  }

  /** Takes a part of a line that is too long; with the last part the line is counted. */
  async takePart(part: LongLinePart, source: SourceAccount): Promise<void> {
    if (part.isCut === true) {
      this.#longBytes = 0;
      await this.#quarantine.dropParts();
      return;
    }
    this.#longBytes += part.bytes.length;
    if (!part.last) {
      await this.#quarantine.addPart(part.bytes);
      return;
    }
    const detail = `${this.#longBytes} bytes`;
    this.#longBytes = 0;
    source.lines++;
    const record: QuarantinedLine = {
      ...placeOf(source, source.lines, part.offset),
      reason: 'too-long',
      detail,
    };
    await this.#quarantine.add(record, part.bytes);
    this.#account.read++;
    this.#account.addQuarantined({ reason: 'too-long' });
    this.#checkLimit(record, 0);
  }

  #checkLimit({ source, line, detail, reason }: QuarantinedLine, abandoned: number): void {
    if (this.#account.quarantined <= this.#limit) return;
    this.#account.abandoned += abandoned;
    const allowed =
      this.#limit === 0 ? 'none is allowed (--strict)' : `${this.#limit} are allowed (--limit-bad)`;
    throw new AuditExportError(
      'too-many-bad-lines',
      `Stopped at a bad line, of which ${allowed}: ${source}, line ${line}: ${reason}, ${detail}.`,
      {
        cure: 'Mend the source, or let the run go on without --strict and look at what is set aside with: audit-export quarantine list',
        details: { source, line },
      },
    );
  }
}

/** Where a line stands; for one that comes a second time, where it first stood. */
function placeOf(source: SourceAccount, line: number, offset: number): LinePlace {
  const {
    source: name,
    sourceHead,
    ...place
  } = source.placeOf?.(line) ?? { source: source.name, sourceHead: source.headHash, line, offset };
  return { source: name, sourceHead, line: place.line, offset: place.offset };
}
