import type { EndLeaf, Leaf, ObjectLeaf } from '../log/leaf.ts';
import { isEndOfKilled } from '../log/leaf.ts';
import type { Coverage, CoveredObject, DayCell, DaySums } from './coverage.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Objects that are listed, of all cells; a page of more would not open on a phone. The others are counted. */
const mostObjects = 20_000;
/** And of one cell. */
const mostInCell = 200;

/**
 * Sums up what leaves tell by type, day and hour. Memory depends on the number of days and types, and on at most 20,000 objects
 * that are listed.
 */
export class CoverageBook {
  readonly #cells = new Map<string, Map<string, DayCell>>();
  readonly #days = new Map<string, DaySums>();
  /** When runs began that have not ended yet. */
  readonly #open = new Map<string, number>();
  readonly #store = { objects: 0, listed: 0, lines: 0, bytes: 0 };

  /** Takes a leaf; those of one log come in their order. `isNew`: it was not taken before, and no
   * leaf before it tells of the same object. */
  take(leaf: Leaf, isNew: boolean): void {
    if (!isNew) return;
    switch (leaf.kind) {
      case 'begin':
        this.#open.set(leaf.run, Date.parse(leaf.time));
        this.#day(leaf.time).spoken = true;
        break;
      case 'object':
        this.#object(leaf);
        break;
      case 'end':
        this.#end(leaf);
        break;
      case 'quiet':
        this.#quiet(Date.parse(leaf.from), Date.parse(leaf.to));
        break;
      case 'retire':
        this.#day(leaf.time).retired += leaf.keys.length;
        break;
      default:
    }
  }

  /** What was summed up, days in their order. */
  coverage(): Coverage {
    const days = [...this.#days.keys()].sort((a, b) => a.localeCompare(b));
    const types = [...this.#cells.keys()].sort((a, b) => a.localeCompare(b));
    return {
      types,
      first: days[0] ?? null,
      last: days.at(-1) ?? null,
      days: Object.fromEntries(days.map((day) => [day, this.#days.get(day) as DaySums])),
      cells: Object.fromEntries(
        types.map((type) => [type, Object.fromEntries(this.#cells.get(type) ?? [])]),
      ),
      ...this.#store,
    };
  }

  #object(leaf: ObjectLeaf): void {
    const { first, last, lines, bytes, types, key } = leaf;
    const [firstMs, lastMs] = [Date.parse(first), Date.parse(last)];
    if (Number.isNaN(firstMs) || Number.isNaN(lastMs)) return;
    this.#store.objects++;
    this.#store.lines += lines;
    this.#store.bytes += bytes;
    this.#day(first).delivered = true;
    const names = Object.keys(types);
    for (const type of names) {
      const cell = this.#cell(type, first.slice(0, 10));
      cell.objects++;
      cell.lines += types[type] ?? 0;
      // Of an object of several types nobody knows how its bytes are shared.
      if (names.length === 1) cell.bytes += bytes;
      touchHours(cell, { firstMs, lastMs, lines: types[type] ?? 0 });
      this.#list(cell, { key, lines: types[type] ?? 0, bytes, first, last });
    }
  }

  #list(cell: DayCell, object: CoveredObject): void {
    if (cell.list.length >= mostInCell || this.#store.listed >= mostObjects) return;
    cell.list.push(object);
    this.#store.listed++;
  }

  #end(leaf: EndLeaf): void {
    const { time, run, quarantined, lateness } = leaf;
    const day = this.#day(time);
    day.spoken = true;
    day.runs++;
    if (leaf.ended !== 'complete') day.failed++;
    addAll(day.quarantined, quarantined);
    addAll(day.lateness, lateness);
    const begin = this.#open.get(run);
    this.#open.delete(run);
    // Nobody was at work between a run that was killed and the one that says so.
    if (begin !== undefined && !isEndOfKilled(leaf)) this.#mark(begin, Date.parse(time), (sums) => {
      sums.spoken = true;
    });
  }

  #quiet(fromMs: number, toMs: number): void {
    this.#mark(fromMs, toMs, (sums, minutes) => {
      sums.spoken = true;
      sums.quietMinutes += minutes;
    });
  }

  /** For each day of an interval, with the minutes of it that lie in the day. At most 400 days: a longer one is no interval. */
  #mark(fromMs: number, toMs: number, mark: (sums: DaySums, minutes: number) => void): void {
    if (!(toMs >= fromMs) || toMs - fromMs > 400 * dayMs) return;
    for (let start = fromMs - (fromMs % dayMs); start <= toMs; start += dayMs) {
      const minutes = (Math.min(toMs, start + dayMs) - Math.max(fromMs, start)) / 60_000;
      mark(this.#day(new Date(start).toISOString()), Math.round(minutes));
    }
  }

  #day(time: string): DaySums {
    const day = time.slice(0, 10);
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const sums: DaySums = {
      spoken: false,
      delivered: false,
      quietMinutes: 0,
      runs: 0,
      failed: 0,
      retired: 0,
      quarantined: {},
      lateness: {},
    };
    this.#days.set(day, sums);
    return sums;
  }

  #cell(type: string, day: string): DayCell {
    const ofType = this.#cells.get(type) ?? new Map<string, DayCell>();
    this.#cells.set(type, ofType);
    const cell = ofType.get(day) ?? {
      lines: 0,
      bytes: 0,
      objects: 0,
      hours: Array.from({ length: 24 }, () => 0),
      spread: 0,
      touched: 0,
      list: [],
    };
    ofType.set(day, cell);
    return cell;
  }
}

/** Lines whose hour is known go to it; of others it is known only which hours they may be of. */
function touchHours(
  cell: DayCell,
  { firstMs, lastMs, lines }: { firstMs: number; lastMs: number; lines: number },
): void {
  const dayStart = firstMs - (firstMs % dayMs);
  const firstHour = Math.floor((firstMs - dayStart) / hourMs);
  const lastHour = Math.min(23, Math.floor((lastMs - dayStart) / hourMs));
  if (firstHour === lastHour) cell.hours[firstHour] = (cell.hours[firstHour] ?? 0) + lines;
  else cell.spread += lines;
  for (let hour = firstHour; hour <= lastHour; hour++) cell.touched |= 1 << hour;
}

function addAll(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) if (count > 0) sums[name] = (sums[name] ?? 0) + count;
}
