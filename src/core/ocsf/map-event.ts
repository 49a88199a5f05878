import { createHash } from 'node:crypto';
import type { EventRow } from '../readers/columns/standard-columns.ts';
import type { OcsfClass, OcsfFacts } from './classes.ts';
import { longestString, ocsfClasses, ocsfVersion } from './classes.ts';
import type { OcsfCase } from './mappings.ts';
import { ocsfMappings, otherwise } from './mappings.ts';

/** An event as it was delivered, its columns read. */
export interface OcsfSource {
  type: string;
  /** Who makes the product that the event is of. */
  vendor: string;
  row: EventRow;
  /** Without its line end. */
  line: string;
}

/** What became of it: the success of what was done, in OCSF's numbers and words. */
const statuses = {
  allow: { status_id: 1, status: 'Success' },
  mask: { status_id: 1, status: 'Success' },
  block: { status_id: 2, status: 'Failure' },
  fail: { status_id: 2, status: 'Failure' },
} as const;
const noStatus = { status_id: 0, status: 'Unknown' };
/** Of a finding it is the state of its handling. */
const newFinding = { status_id: 1, status: 'New' };

const severities = { informational: [1, 'Informational'], medium: [3, 'Medium'], high: [4, 'High'] } as const;

/** Columns that all classes hold. */
const common: readonly (keyof EventRow)[] = ['event_time', 'event_id', 'tenant', 'decision'];

/**
 * Maps an event to OCSF 1.3.0. Its line stands in `raw_data`, or in `unmapped` where it is longer than OCSF's texts may be; columns
 * for which the class has no attribute are in `unmapped`. Undefined for an event without a time, which every class demands.
 */
export function mapToOcsf({ type, vendor, row, line }: OcsfSource): Record<string, unknown> | undefined {
  const { event_time: time } = row;
  if (time === null) return undefined;
  const chosen = caseOf({ type, row });
  const made: OcsfClass = ocsfClasses[chosen.class];
  const uid = row.event_id ?? createHash('sha256').update(line).digest('hex');
  const [severityId, severity] = severityOf(made, row);
  const facts: OcsfFacts = { ...row, uid };
  const caption = made.activities[chosen.activity] ?? row.action ?? 'Other';
  return compacted({
    activity_id: chosen.activity,
    activity_name: caption,
    category_uid: made.category.uid,
    category_name: made.category.name,
    class_uid: made.uid,
    class_name: made.name,
    type_uid: made.uid * 100 + chosen.activity,
    type_name: `${made.name}: ${caption}`,
    time,
    severity_id: severityId,
    severity,
    ...(made.uid === ocsfClasses.detection_finding.uid ? newFinding : statusOf(row)),
    status_detail: row.decision ?? undefined,
    metadata: {
      version: ocsfVersion,
      uid,
      log_name: type,
      tenant_uid: row.tenant ?? undefined,
      product: { name: vendor, vendor_name: vendor },
    },
    ...made.attributes(facts),
    raw_data: line.length > longestString ? undefined : line,
    unmapped: unmappedOf(made, row, line),
  });
}

/** The class that an event comes to, and its activity. */
export function caseOf({ type, row }: Pick<OcsfSource, 'type' | 'row'>): OcsfCase {
  const cases = Object.hasOwn(ocsfMappings, type) ? (ocsfMappings[type] ?? []) : [];
  const action = (row.action ?? '').toLowerCase();
  const isThere = (name: keyof EventRow): boolean => row[name] !== null && String(row[name]) !== '';
  return (
    cases.find(({ action: wanted, needs = [] }) => wanted?.test(action) !== false && needs.every(isThere)) ??
    otherwise
  );
}

const statusOf = ({ decision }: EventRow): { status_id: number; status: string } =>
  decision === null ? noStatus : statuses[decision];

function severityOf({ uid }: OcsfClass, { decision }: EventRow): readonly [number, string] {
  if (uid !== ocsfClasses.detection_finding.uid) return severities.informational;
  return decision === 'block' ? severities.high : severities.medium;
}

function unmappedOf({ columns }: OcsfClass, row: EventRow, line: string): Record<string, unknown> {
  const mapped = new Set<string>([...common, ...columns]);
  const others = Object.entries(row).filter(([name, value]) => !mapped.has(name) && value !== null);
  return {
    ...Object.fromEntries(
      others.map(([name, value]) => [
        name,
        name === 'details' ? (JSON.parse(String(value)) as unknown) : value,
      ]),
    ),
    line: line.length > longestString ? line : undefined,
  };
}

/** Leaves out what is undefined, and what is empty but was not told by the event. */
function compacted(value: Record<string, unknown>): Record<string, unknown> {
  const members = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (member === undefined || (Array.isArray(member) && member.length === 0)) return [];
    // What is unmapped is the event's own, as it is.
    if (name === 'unmapped') return Object.keys(member as object).length === 0 ? [] : [[name, member]];
    if (Array.isArray(member)) return [[name, member.map(inner)]];
    return [[name, inner(member)]];
  });
  return Object.fromEntries(members);
}

function inner(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? compacted(value as Record<string, unknown>)
    : value;
}
