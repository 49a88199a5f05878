import type { Agreement, CompiledAuditType } from '../audit-types/audit-type.ts';
import type { InstantForm } from '../audit-types/event-time.ts';
import { parsePointer } from '../audit-types/json-pointer.ts';
import type { EventVerdict } from './classify-event.ts';
import { agrees, anyForm } from './classify-event.ts';
import { idText } from './event-key.ts';
import { kinds, SlotReader } from './slot-reader.ts';
import type { SlotCheck } from './slot-rules.ts';
import { compileSlotCheck } from './slot-rules.ts';
import { SlotTree } from './value-slots.ts';

/**
 * Says what a line is without building its objects: bytes `start` to `end`, which must be UTF-8 and be followed by LF or
 * CR. Undefined means: parse it. That is so for every line that is not good, for only the parser knows what to say of it.
 */
export type QuickClassifier = (bytes: Buffer, start: number, end: number) => EventVerdict | undefined;

/** What is asked of a line, besides its type and time: as for `buildEventClassifier`. */
interface Asked {
  selected: ReadonlySet<string> | undefined;
  withIds?: boolean;
}

interface QuickType {
  typeIndex: number;
  selected: boolean;
  recognise: SlotCheck;
  /** Undefined where the schema has more in it than is checked here. */
  validate: SlotCheck | undefined;
  times: { slot: number; forms: InstantForm[] }[];
  agreements: { agreement: Agreement; slots: number[] }[];
  /** Where its id may stand; undefined where nobody asks. */
  ids: number[] | undefined;
}

const noWarnings: readonly string[] = [];

/**
 * Builds the quick classifier, or undefined where a type is recognised by more than can be checked here. The arguments are
 * those of `buildEventClassifier`, and so are the verdicts that it gives.
 */
export function buildQuickClassifier(
  types: readonly CompiledAuditType[],
  names: readonly string[],
  asked: Asked,
): QuickClassifier | undefined {
  const tree = new SlotTree();
  const prepared: QuickType[] = [];
  for (const audit of types) {
    const type = prepare(tree, audit, names, asked);
    if (type === undefined) return undefined;
    prepared.push(type);
  }
  const reader = SlotReader.open(tree);
  if (reader === undefined) return undefined;
  return (bytes, start, end) => {
    if (!reader.read(bytes, start, end)) return undefined;
    const known = recognise(prepared, reader);
    if (known === undefined) return undefined;
    return known.selected ? fileEvent(known, reader) : { ok: false, notSelected: known.typeIndex };
  };
}

function recognise(types: readonly QuickType[], reader: SlotReader): QuickType | undefined {
  for (const type of types) if (type.recognise(reader)) return type;
  return undefined;
}

function prepare(
  tree: SlotTree,
  { descriptor, rules }: CompiledAuditType,
  names: readonly string[],
  { selected, withIds = false }: Asked,
): QuickType | undefined {
  const ids = withIds ? descriptor.id : [];
  const times = descriptor.eventTime.map(({ at }) => at);
  const pointers = [...times, ...descriptor.agree.flatMap(({ at }) => at), ...ids];
  if (rules === undefined || pointers.some(leadsIntoArrays)) return undefined;
  const recognise = compileSlotCheck(tree, rules.recognise, rules.regExpFlags);
  if (recognise === undefined) return undefined;
  const slotAt = (pointer: string): number => tree.at(parsePointer(pointer)).number;
  return {
    typeIndex: names.indexOf(descriptor.type),
    selected: selected === undefined || selected.has(descriptor.type),
    recognise,
    validate: compileSlotCheck(tree, rules.validate, rules.regExpFlags),
    times: descriptor.eventTime.map(({ at, forms }) => ({ slot: slotAt(at), forms })),
    agreements: descriptor.agree.map((agreement) => ({ agreement, slots: agreement.at.map(slotAt) })),
    ids: withIds ? ids.map(slotAt) : undefined,
  };
}

/** An array has members too: its items, and its length. */
function leadsIntoArrays(pointer: string): boolean {
  return parsePointer(pointer).some((key) => /^(?:\d+|length)$/.test(key));
}

function fileEvent(type: QuickType, reader: SlotReader): EventVerdict | undefined {
  const timeMs = eventTimeOf(type, reader);
  if (timeMs === undefined || type.validate?.(reader) !== true) return undefined;
  const verdict = {
    ok: true as const,
    typeIndex: type.typeIndex,
    timeMs,
    warnings: disagreements(type, reader),
  };
  return type.ids === undefined ? verdict : { ...verdict, id: idOf(type.ids, reader) };
}

function idOf(slots: readonly number[], reader: SlotReader): string | undefined {
  for (const slot of slots) {
    const id = idText(reader.valueOf(slot));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The first place that holds anything decides. */
function eventTimeOf({ times }: QuickType, reader: SlotReader): number | undefined {
  for (const { slot, forms } of times) {
    const kind = reader.kinds[slot] as number;
    if (kind !== 0 && kind !== kinds.null && !reader.isEmptyText(slot)) return reader.instantOf(slot, forms);
  }
  return undefined;
}

function disagreements({ agreements }: QuickType, reader: SlotReader): readonly string[] {
  let warnings: string[] | undefined;
  for (const { agreement, slots } of agreements) {
    const [first = 0, second = 0, third] = slots;
    const from = reader.instantOf(first, anyForm);
    const to = reader.instantOf(second, anyForm);
    const duration = third === undefined ? undefined : reader.valueOf(third);
    if (!agrees(agreement, from, to, duration)) (warnings ??= []).push(agreement.warning);
  }
  return warnings ?? noWarnings;
}
