import type { CompiledAuditType } from '../audit-types/audit-type.ts';
import { parseLayout } from '../layout/layout.ts';
import { buildPartitionScheme } from '../layout/partition.ts';
import type { ClassifyRules } from './classify-chunk.ts';
import { buildEventClassifier } from './classify-event.ts';
import { buildQuickClassifier } from './quick-classifier.ts';
import type { ReasonCode } from '../../ports/store/quarantine.ts';

/** What decides how lines are classified, as plain data that can be sent to another thread. */
export interface ClassifySettings {
  layout: string;
  /** Types to deliver; undefined for all. */
  selected: readonly string[] | undefined;
  maxLineBytes: number;
  /** Why lines that would be set aside are left out instead. */
  ignored?: readonly ReasonCode[];
  /** Give each line the key by which its event is known again. */
  eventKeys?: boolean;
}

/** Names of the types, each once, in trying order: type indexes everywhere count in this list. */
export function typeNames(types: readonly CompiledAuditType[]): string[] {
  return [...new Set(types.map(({ descriptor }) => descriptor.type))];
}

/** Builds the rules by which chunks are classified. The same types and settings give the same rules on any thread. */
export function buildClassifyRules(
  types: readonly CompiledAuditType[],
  settings: ClassifySettings,
): ClassifyRules {
  const names = typeNames(types);
  const eventKeys = settings.eventKeys === true;
  const selected = settings.selected === undefined ? undefined : new Set(settings.selected);
  return {
    classifyEvent: buildEventClassifier(types, names, { selected, withIds: eventKeys }),
    classifyQuickly: buildQuickClassifier(types, names, { selected, withIds: eventKeys }),
    scheme: buildPartitionScheme(parseLayout(settings.layout), names),
    types: names,
    envelopes: [...new Set(types.flatMap(({ descriptor }) => descriptor.envelope ?? []))],
    maxLineBytes: settings.maxLineBytes,
    eventKeys,
    ignored: new Set(settings.ignored),
  };
}
