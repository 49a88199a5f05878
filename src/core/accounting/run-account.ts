import type { PutFailureCause } from '../../ports/store/put-failure.ts';
import type { DeliveredObject } from '../delivery/deliverer.ts';
import { LatenessHistogram } from './lateness.ts';
import type { BadLine, ClassifiedChunk } from '../../ports/classifier.ts';
import type { ReasonCode } from '../../ports/store/quarantine.ts';
import type { Balance } from '../../ports/state/run-history.ts';

/** The lines of one audit type. */
export interface TypeAccount {
  recognised: number;
  delivered: number;
  alreadyDelivered: number;
  duplicate: number;
  notSelected: number;
  quarantined: number;
}

/** What went into one partition. */
export interface PartitionAccount {
  folder: string;
  lines: number;
  delivered: number;
  alreadyDelivered: number;
  objects: number;
  bytes: number;
  compressedBytes: number;
}

/** One kind of contradiction within events, or of what their schema does not know, with the place of the first. */
export interface WarningAccount {
  type: string;
  warning: string;
  lines: number;
  firstSource: string;
  firstLine: number;
  /** What would take it into the schema, where it is something unknown. */
  schemaLine?: string;
}

/** Whoever writes events can make up names without end: beyond these they are told as one. */
const mostWarnings = 200;

/** The warning as it is listed beside those that are known, by type and warning. */
export function boundWarning(
  found: WarningAccount,
  known: ReadonlyMap<string, WarningAccount>,
): WarningAccount {
  if (known.size < mostWarnings || known.has(`${found.type} ${found.warning}`)) return found;
  const { schemaLine: _, ...more } = found;
  return { ...more, warning: 'the schema does not know more fields or versions' };
}

/** A chunk's place in its source. */
export interface ChunkPlace {
  source: string;
  /** Lines of the source before the chunk. */
  linesBefore: number;
}

/**
 * Keeps the books of a run. Each number is counted where its fact happens: lines when they are read, deliveries when
 * the store has confirmed them. That the sum comes out right is therefore a check, not a definition.
 */
export class RunAccount {
  readonly objects: DeliveredObject[] = [];
  readonly partitions = new Map<string, PartitionAccount>();
  readonly types = new Map<string, TypeAccount>();
  readonly reasons = new Map<ReasonCode, number>();
  readonly warnings = new Map<string, WarningAccount>();
  /** Fields and versions that schemas do not know, by type; a line with two of them counts twice. */
  readonly unknown = new Map<string, number>();
  readonly lateness: LatenessHistogram;
  read = 0;
  blank = 0;
  duplicate = 0;
  notSelected = 0;
  quarantined = 0;
  readonly ignored = new Map<ReasonCode, number>();
  /** Lines taken on for delivery. */
  accepted = 0;
  /** Bad lines that were read but not set aside, because the run was told to stop before. */
  abandoned = 0;
  delivered = 0;
  alreadyDelivered = 0;
  contentBytes = 0;
  storedBytes = 0;
  /** PUTs sent, those that were tried again included. */
  requests = 0;
  /** PUTs sent again, by what the one before failed with. */
  readonly retries = new Map<PutFailureCause, number>();
  earliestMs = Number.POSITIVE_INFINITY;
  latestMs = Number.NEGATIVE_INFINITY;
  readonly #typeNames: readonly string[];

  constructor(typeNames: readonly string[], nowMs: number) {
    this.#typeNames = typeNames;
    this.lateness = new LatenessHistogram(nowMs);
  }

  /** The balance sheet as it stands. */
  balance(): Balance {
    const { read, delivered, alreadyDelivered, duplicate, notSelected, quarantined, blank } = this;
    const undelivered = this.accepted - delivered - alreadyDelivered + this.abandoned;
    const ignored = [...this.ignored.values()].reduce((sum, lines) => sum + lines, 0);
    return {
      read,
      delivered,
      alreadyDelivered,
      duplicate,
      notSelected,
      ignored,
      quarantined,
      blank,
      undelivered,
    };
  }

  addChunk(chunk: ClassifiedChunk, place: ChunkPlace): void {
    this.read += chunk.lines + chunk.extraEvents;
    this.blank += chunk.blank;
    for (const [reason, lines] of chunk.ignored) this.addIgnored(reason, lines);
    this.accepted += chunk.lineTimes.length;
    for (const [typeIndex, lines] of chunk.notSelected) {
      this.notSelected += lines;
      const type = this.#type(this.#typeNames[typeIndex] ?? '');
      type.recognised += lines;
      type.notSelected += lines;
    }
    for (const typeIndex of chunk.lineTypes) this.#type(this.#typeNames[typeIndex] ?? '').recognised++;
    for (const time of chunk.lineTimes) this.lateness.add(time);
    for (const found of chunk.warnings) this.#addWarning(found, place);
  }

  #addWarning(found: ClassifiedChunk['warnings'][number], { source, linesBefore }: ChunkPlace): void {
    const { type, lines, firstLine, schemaLine } = found;
    if (schemaLine !== undefined) this.unknown.set(type, (this.unknown.get(type) ?? 0) + lines);
    const row = { type, warning: found.warning, lines, firstSource: source };
    const firstAt = { firstLine: linesBefore + firstLine + 1 };
    const kept = boundWarning(
      { ...row, ...firstAt, ...(schemaLine === undefined ? {} : { schemaLine }) },
      this.warnings,
    );
    const known = this.warnings.get(`${type} ${kept.warning}`);
    if (known === undefined) this.warnings.set(`${type} ${kept.warning}`, kept);
    else known.lines += lines;
  }

  /** Counts lines of events that were delivered before, by type index. */
  addDuplicates(dropped: ReadonlyMap<number, number>): void {
    for (const [typeIndex, lines] of dropped) {
      const type = this.#type(this.#typeNames[typeIndex] ?? '');
      type.recognised += lines;
      type.duplicate += lines;
      this.duplicate += lines;
    }
  }

  /** Counts lines that are left out on request. */
  addIgnored(reason: ReasonCode, lines: number): void {
    this.ignored.set(reason, (this.ignored.get(reason) ?? 0) + lines);
  }

  /** Counts a line set aside; the line itself was counted as read with its chunk. */
  addQuarantined({ reason, type }: Pick<BadLine, 'reason' | 'type'>): void {
    this.quarantined++;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (type === undefined) return;
    const account = this.#type(type);
    account.recognised++;
    account.quarantined++;
  }

  /** Counts lines that earlier runs delivered and this one did not read: the journal vouches for them. */
  addKnown(linesByType: Readonly<Record<string, number>>): void {
    for (const [name, lines] of Object.entries(linesByType)) {
      const type = this.#type(name);
      type.recognised += lines;
      type.alreadyDelivered += lines;
      this.read += lines;
      this.accepted += lines;
      this.alreadyDelivered += lines;
    }
  }

  addRequest(): void {
    this.requests++;
  }

  addRetry(cause: PutFailureCause): void {
    this.retries.set(cause, (this.retries.get(cause) ?? 0) + 1);
  }

  addDelivered(object: DeliveredObject): void {
    const status = object.status === 'already-there' ? 'alreadyDelivered' : 'delivered';
    this.objects.push(object);
    this[status] += object.lines;
    this.contentBytes += object.bytes;
    if (object.status === 'stored') this.storedBytes += object.compressedBytes;
    this.earliestMs = Math.min(this.earliestMs, object.earliestMs);
    this.latestMs = Math.max(this.latestMs, object.latestMs);
    for (const [typeIndex, lines] of object.linesByType)
      this.#type(this.#typeNames[typeIndex] ?? '')[status] += lines;
    const partition = this.#partition(object.folder);
    partition.lines += object.lines;
    partition[status] += object.lines;
    partition.objects++;
    partition.bytes += object.bytes;
    partition.compressedBytes += object.compressedBytes;
  }

  #type(name: string): TypeAccount {
    let account = this.types.get(name);
    if (account === undefined) {
      account = {
        recognised: 0,
        delivered: 0,
        alreadyDelivered: 0,
        duplicate: 0,
        notSelected: 0,
        quarantined: 0,
      };
      this.types.set(name, account);
    }
    return account;
  }

  #partition(folder: string): PartitionAccount {
    let account = this.partitions.get(folder);
    if (account === undefined) {
      account = {
        folder,
        lines: 0,
        delivered: 0,
        alreadyDelivered: 0,
        objects: 0,
        bytes: 0,
        compressedBytes: 0,
      };
      this.partitions.set(folder, account);
    }
    return account;
  }
}
