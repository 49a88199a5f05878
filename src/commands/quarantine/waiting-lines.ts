import { lineIdentity } from '../../core/quarantine/line-identity.ts';
import type { QuarantineReader, KeptLine } from '../../ports/store/quarantine-reader.ts';
import { AuditExportError } from '../../errors.ts';

/** A list, and the quarantine that it lies in. */
export interface WaitingList {
  quarantine: QuarantineReader;
  list: string;
}

/** A line, and where it waits. */
export interface WaitingLine extends WaitingList {
  id: string;
  kept: KeptLine;
}

/** All lists of some quarantines. Throws `quarantine-failed` for what can't be read. */
export async function listsOf(quarantines: readonly QuarantineReader[]): Promise<WaitingList[]> {
  const lists = await Promise.all(
    quarantines.map(async (quarantine) => (await quarantine.lists()).map((list) => ({ quarantine, list }))),
  );
  return lists.flat();
}

/** The lines of lists. Throws `quarantine-failed` for what can't be read. */
export async function* waitingLines(lists: readonly WaitingList[]): AsyncGenerator<WaitingLine> {
  for (const { quarantine, list } of lists)
    for await (const kept of quarantine.lines(list)) yield { quarantine, list, id: lineIdentity(kept), kept };
}

/** The same, but a line that two runs have set aside comes once. */
export async function* distinctLines(lists: readonly WaitingList[]): AsyncGenerator<WaitingLine> {
  const seen = new Set<string>();
  for await (const waiting of waitingLines(lists)) {
    if (seen.has(waiting.id)) continue;
    seen.add(waiting.id);
    yield waiting;
  }
}

const shortest = 8;

/** Tells whether a line is one of those that were named, by the beginning of their ids. */
export class NamedLines {
  readonly #ids: readonly string[];
  readonly #missing: Set<string>;

  /** Throws `usage` for what can't be an id. */
  constructor(ids: readonly string[]) {
    for (const id of ids)
      if (!new RegExp(`^[0-9a-f]{${shortest},32}$`).test(id))
        throw new AuditExportError('usage', `${JSON.stringify(id)} is no id of a quarantined line.`, {
          cure: 'See the ids, 12 hex digits in front of each line: audit-export quarantine list',
        });
    this.#ids = ids;
    this.#missing = new Set(ids);
  }

  has(id: string): boolean {
    const found = this.#ids.filter((begin) => id.startsWith(begin));
    for (const begin of found) this.#missing.delete(begin);
    return found.length > 0;
  }

  /** Throws `usage` where a line that was named was not among those that were asked for. */
  demandAll(): void {
    if (this.#missing.size === 0) return;
    throw new AuditExportError('usage', `No line ${[...this.#missing].join(', ')} waits in the quarantine.`, {
      cure: 'See what waits (without a profile add --to, with one --profile): audit-export quarantine list',
    });
  }
}
