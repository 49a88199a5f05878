import { reasons } from '../../core/classify/reasons.ts';
import { shownIdentity } from '../../core/quarantine/line-identity.ts';
import type { QuarantinedLine, ReasonCode } from '../../ports/store/quarantine.ts';
import type { QuarantineReader } from '../../ports/store/quarantine-reader.ts';
import type { WaitingLine } from './waiting-lines.ts';
import { distinctLines, listsOf } from './waiting-lines.ts';
import type { Destination } from '../../ports/store/destination.ts';

const sampleCount = 3;

/** The lines that wait, by reason; the most frequent first. `--json` prints it: schemas/quarantine-list.schema.json. */
export interface QuarantineList {
  report: 'quarantine-list';
  version: 1;
  folders: string[];
  lists: number;
  lines: number;
  /** Where they were to go. */
  destinations: (Destination & { lines: number })[];
  groups: QuarantineGroup[];
}

export interface QuarantineGroup {
  reason: ReasonCode;
  means: string;
  cure: string;
  lines: number;
  /** The first few. */
  samples: QuarantineSample[];
}

export type QuarantineSample = { id: string; destination: string } & Omit<
  QuarantinedLine,
  'reason' | 'sourceHead'
>;

/** Groups what waits in quarantines by reason. A line that two runs have set aside counts once. */
export async function listQuarantine(quarantines: readonly QuarantineReader[]): Promise<QuarantineList> {
  const lists = await listsOf(quarantines);
  const groups = new Map<ReasonCode, QuarantineGroup>();
  const destinations = new Map<string, Destination & { lines: number }>();
  let lines = 0;
  for await (const waiting of distinctLines(lists)) {
    lines++;
    addTo(groups, waiting);
    const { destination } = waiting.kept;
    const known = destinations.get(destination.id) ?? { ...destination, lines: 0 };
    destinations.set(destination.id, { ...known, lines: known.lines + 1 });
  }
  return {
    report: 'quarantine-list',
    version: 1,
    folders: quarantines.map(({ folder }) => folder),
    lists: lists.length,
    lines,
    destinations: [...destinations.values()],
    groups: [...groups.values()].sort((a, b) => b.lines - a.lines),
  };
}

function addTo(groups: Map<ReasonCode, QuarantineGroup>, { id, kept }: WaitingLine): void {
  const { reason, sourceHead: _, ...place } = kept.line;
  const { means, cure } = reasons[reason];
  const group = groups.get(reason) ?? { reason, means, cure, lines: 0, samples: [] };
  groups.set(reason, group);
  group.lines++;
  if (group.samples.length < sampleCount)
    group.samples.push({
      id: id.slice(0, shownIdentity),
      destination: kept.destination.text,
      ...place,
    });
}
