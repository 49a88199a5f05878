import type { AlertCounts } from '../../core/alerts/alert-writer.ts';
import { AlertWriter } from '../../core/alerts/alert-writer.ts';
import type { AlertRule } from '../../core/alerts/alert-rules.ts';
import { buildAlertMatcher } from '../../core/alerts/alert-rules.ts';
import { loadAuditTypes } from '../../core/audit-types/load-audit-types.ts';
import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import { buildRowReader } from '../../core/readers/columns/read-row.ts';
import { columnsOfTypes } from '../../core/readers/columns/type-columns.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';

/** What a run's alerts are made from. */
export interface AlertPlan {
  rules: readonly AlertRule[];
  ownTypes: readonly OwnTypeFile[];
}

/** Opens what writes alerts into the store of a run. */
export async function openAlertWriter(
  { rules, ownTypes }: AlertPlan,
  store: ObjectStore,
  { now, counts }: { now: () => number; counts: AlertCounts },
): Promise<AlertWriter> {
  const types = await loadAuditTypes(ownTypes);
  const columns = columnsOfTypes(types.map(({ descriptor }) => descriptor));
  const readers = new Map(columns.map((type) => [type.type, buildRowReader(type)]));
  return new AlertWriter({ matcher: buildAlertMatcher(rules), readers, store, now, counts });
}
