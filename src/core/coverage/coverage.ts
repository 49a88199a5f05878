/** What logs tell of the events of a store, by type, day and hour (UTC). Made from leaves alone. */
export interface Coverage {
  types: string[];
  /** The first and the last day of which anything is known. */
  first: string | null;
  last: string | null;
  /** By day. */
  days: Record<string, DaySums>;
  /** By type, then by day of the event time. */
  cells: Record<string, Record<string, DayCell>>;
  objects: number;
  /** Objects that are in the lists of cells; the others are only counted. */
  listed: number;
  lines: number;
  bytes: number;
}

/** What is known of a day, by the time of delivery. */
export interface DaySums {
  /** Whether the log says anything of the day: a run, or a quiet interval. */
  spoken: boolean;
  /** Whether events happened on the day that were delivered, whenever that was. */
  delivered: boolean;
  /** Minutes of the day in which the writer was at work and nothing came. */
  quietMinutes: number;
  runs: number;
  /** Runs that were interrupted or failed. */
  failed: number;
  /** Objects whose lawful removal was recorded. */
  retired: number;
  /** Lines that were set aside, by reason. */
  quarantined: Record<string, number>;
  /** Lines by how old their event was when they were delivered. */
  lateness: Record<string, number>;
}

/** The events of one type and one day. */
export interface DayCell {
  lines: number;
  bytes: number;
  objects: number;
  /** Lines of each hour, of objects that lie in one hour. */
  hours: number[];
  /** Lines of objects that reach over several hours. */
  spread: number;
  /** Hours that there may be lines of: bit 0 is the first. */
  touched: number;
  list: CoveredObject[];
}

export interface CoveredObject {
  key: string;
  lines: number;
  bytes: number;
  first: string;
  last: string;
}

/** What can be said of one day of one type. `gap`: the log says nothing of the day; `none`: it does, and nothing of the type came. */
export type DayState = 'delivered' | 'quiet' | 'none' | 'gap';

const mostOfADay = 23 * 60;

/** The state of a day; `cell` is what there is of the type (or of all). */
export function stateOfDay(sums: DaySums | undefined, hasLines: boolean): DayState {
  if (hasLines) return 'delivered';
  if (sums === undefined || !sums.spoken) return 'gap';
  return sums.quietMinutes >= mostOfADay ? 'quiet' : 'none';
}

/** All days from the first to the last; none where nothing is known. */
export function daysOf({ first, last }: Pick<Coverage, 'first' | 'last'>): string[] {
  if (first === null || last === null) return [];
  const days: string[] = [];
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += 86_400_000)
    days.push(new Date(ms).toISOString().slice(0, 10));
  return days;
}
