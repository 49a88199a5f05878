import type { OwnTypeFile } from '../../../core/audit-types/compile-own-type.ts';
import { loadAuditTypes } from '../../../core/audit-types/load-audit-types.ts';
import { refuseShadowedFields } from '../../../core/audit-types/refuse-shadowed-fields.ts';
import type { ClassifySettings } from '../../../core/classify/build-rules.ts';
import { buildClassifyRules } from '../../../core/classify/build-rules.ts';
import type { ClassifyRules } from '../../../core/classify/classify-chunk.ts';
import { dayLayout, hourLayout } from '../../../core/layout/layout.ts';
import { checkTypes, ignoredReasons } from './check-request.ts';
import type { Cut } from '../../../ports/state/batch.ts';

/** By what lines are told apart and filed. */
export interface RunRules {
  rules: ClassifyRules;
  settings: ClassifySettings;
  ownTypes: readonly OwnTypeFile[];
}

/** Builds the rules of a cut. Throws `usage` and `schema-invalid`. */
export async function buildRunRules(
  { layout, types, maxLineBytes, ignore, ownTypes }: Cut,
  eventKeys: boolean,
): Promise<RunRules> {
  const settings: ClassifySettings = {
    layout,
    selected: types,
    maxLineBytes,
    ignored: ignoredReasons(ignore),
    eventKeys,
  };
  const known = await loadAuditTypes(ownTypes);
  const ownFiles = new Set(ownTypes.map(({ file }) => file));
  refuseShadowedFields(
    known.filter(({ descriptor }) => ownFiles.has(descriptor.schemaFile)),
    { layout, isAskedFor: layout !== dayLayout && layout !== hourLayout },
  );
  const rules = buildClassifyRules(known, settings);
  checkTypes(types, rules.types);
  return { rules, settings, ownTypes };
}
