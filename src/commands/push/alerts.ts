import type { AlertCounts } from '../../core/alerts/alert-desk.ts';
import { AlertDesk } from '../../core/alerts/alert-desk.ts';
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

/** Opens the desk that writes alerts into the store of a run. */
export async function openAlertDesk(
  { rules, ownTypes }: AlertPlan,
  store: ObjectStore,
  { now, counts }: { now: () => number; counts: AlertCounts },
): Promise<AlertDesk> {
  const types = await loadAuditTypes(ownTypes);
  const columns = columnsOfTypes(types.map(({ descriptor }) => descriptor));
  const readers = new Map(columns.map((type) => [type.type, buildRowReader(type)]));
  return new AlertDesk({ matcher: buildAlertMatcher(rules), readers, store, now, counts });
}
