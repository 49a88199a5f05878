import type { ReasonCode } from '../../core/classify/reasons.ts';
import { reasons } from '../../core/classify/reasons.ts';
import { lineIdentity } from '../../core/quarantine/line-identity.ts';
import type { QuarantinedLine } from '../../ports/quarantine.ts';
import type { QuarantineShelf } from '../../ports/quarantine-shelf.ts';

const sampleCount = 3;

/** The lines that wait, by reason; the most frequent first. `--json` prints it: schemas/quarantine-list.schema.json. */
export interface QuarantineList {
  report: 'quarantine-list';
  version: 1;
  folder: string;
  lists: number;
  lines: number;
  groups: QuarantineGroup[];
}

export interface QuarantineGroup {
  reason: ReasonCode;
  means: string;
  cure: string;
  lines: number;
  /** The first few. */
  samples: Pick<
    QuarantinedLine,
    'source' | 'line' | 'offset' | 'detail' | 'type' | 'instancePath' | 'schemaPath'
  >[];
}

/** Groups what waits in the quarantine by reason. A line that two runs have set aside counts once. */
export async function listQuarantine(shelf: QuarantineShelf): Promise<QuarantineList> {
  const lists = await shelf.lists();
  const seen = new Set<string>();
  const groups = new Map<ReasonCode, QuarantineGroup>();
  for (const list of lists) {
    for await (const { line, bytes, rawFile } of shelf.lines(list)) {
      const identity = lineIdentity(line, bytes ?? rawFile ?? '');
      if (seen.has(identity)) continue;
      seen.add(identity);
      addTo(groups, line);
    }
  }
  const sorted = [...groups.values()].sort((a, b) => b.lines - a.lines);
  return {
    report: 'quarantine-list',
    version: 1,
    folder: shelf.folder,
    lists: lists.length,
    lines: seen.size,
    groups: sorted,
  };
}

function addTo(groups: Map<ReasonCode, QuarantineGroup>, { reason, ...place }: QuarantinedLine): void {
  let group = groups.get(reason);
  if (group === undefined) {
    const { means, cure } = reasons[reason];
    group = { reason, means, cure, lines: 0, samples: [] };
    groups.set(reason, group);
  }
  group.lines++;
  if (group.samples.length < sampleCount) group.samples.push(sampleOf(place));
}

function sampleOf({
  source,
  line,
  offset,
  detail,
  type,
  instancePath,
  schemaPath,
}: Omit<QuarantinedLine, 'reason'>): QuarantineGroup['samples'][number] {
  return {
    source,
    line,
    offset,
    detail,
    ...(type === undefined ? {} : { type }),
    ...(instancePath === undefined ? {} : { instancePath }),
    ...(schemaPath === undefined ? {} : { schemaPath }),
  };
}
