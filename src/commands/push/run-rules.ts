import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import { loadAuditTypes } from '../../core/audit-types/load-audit-types.ts';
import { refuseShadowedFields } from '../../core/audit-types/refuse-shadowed-fields.ts';
import { buildClassifyRules } from '../../core/classify/build-rules.ts';
import type { ClassifySettings } from '../../core/classify/build-rules.ts';
import type { ClassifyRules } from '../../core/classify/classify-chunk.ts';
import type { PushRequest } from './check-request.ts';
import { checkObjectSize, checkTypes, ignoredReasons, layoutOf } from './check-request.ts';
import type { PushHost } from './push-host.ts';

/** By what a run tells lines apart and files them. */
export interface RunRules {
  rules: ClassifyRules;
  settings: ClassifySettings;
  ownTypes: readonly OwnTypeFile[];
}

/** Builds the rules of a run from its options. Throws `usage` and `schema-invalid`. */
export async function buildRunRules(
  { options }: PushRequest,
  host: Pick<PushHost, 'readOwnTypes'>,
): Promise<RunRules> {
  const ownTypes = await host.readOwnTypes(options.schemas ?? []);
  const settings: ClassifySettings = {
    layout: layoutOf(options),
    selected: options.types,
    maxLineBytes: options.maxLine,
    ignored: ignoredReasons(options.ignore),
    eventKeys: options.dedupe !== undefined,
  };
  const types = await loadAuditTypes(ownTypes);
  const ownFiles = new Set(ownTypes.map(({ file }) => file));
  refuseShadowedFields(
    types.filter(({ descriptor }) => ownFiles.has(descriptor.schemaFile)),
    { layout: settings.layout, isAskedFor: options.layout !== undefined },
  );
  const rules = buildClassifyRules(types, settings);
  checkTypes(options.types, rules.types);
  checkObjectSize(options.objectSize);
  return { rules, settings, ownTypes };
}
