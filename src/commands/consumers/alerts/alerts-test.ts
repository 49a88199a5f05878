import { alertObject } from '../../../core/alerts/alert-object.ts';
import { inputTemplate } from '../../../core/consumers/alerts/mail.ts';
import type { EventRow } from '../../../core/readers/columns/standard-columns.ts';
import type { ObjectStore, PutStatus } from '../../../ports/store/object-store.ts';
import { storeAddress, storeSettings } from '../../push/plan/check-request.ts';
import type { PushRequest } from '../../push/plan/check-request.ts';
import type { PushHost } from '../../push/session/push-host.ts';

/** What `consumers alerts test --json` prints. Shape: schemas/consumers-alerts-test.schema.json. */
export interface AlertsTestReport {
  report: 'consumers-alerts-test';
  version: 1;
  key: string;
  status: PutStatus;
  /** The text of the e-mail that should arrive. */
  expected: string;
}

/** Writes a marked alert as a delivery would, and says what should arrive. Throws what the store fails with. */
export async function alertsTest(
  request: PushRequest,
  host: Pick<PushHost, 'openStore'> & { now: () => number },
): Promise<AlertsTestReport> {
  const address = storeAddress(request);
  const store: ObjectStore = await host.openStore(address, { ...storeSettings(request), checked: true });
  const nowMs = host.now();
  try {
    const line = JSON.stringify({
      test: 'audit-export consumers alerts test',
      at: new Date(nowMs).toISOString(),
    });
    const row: EventRow = { ...emptyRow, event_time: nowMs, actor: 'audit-export', decision: 'block' };
    const object = alertObject(store.prefix, {
      type: 'test',
      rules: ['test'],
      row,
      line,
      nowMs,
      isTest: true,
    });
    const status = await store.put(object);
    const bucket = address.kind === 's3' ? address.bucket : address.path;
    const values: Record<string, string> = { bucket, key: object.key, time: new Date(nowMs).toISOString() };
    const expected = inputTemplate.replaceAll(/<(\w+)>|"/g, (_, name?: string) => values[name ?? ''] ?? '');
    return { report: 'consumers-alerts-test', version: 1, key: object.key, status, expected };
  } finally {
    await store.close();
  }
}

const emptyRow: EventRow = {
  event_time: null,
  event_id: null,
  tenant: null,
  actor: null,
  actor_roles: [],
  client_ip: null,
  client: null,
  action: null,
  object: [],
  columns: [],
  tags: [],
  decision: null,
  maskings: [],
  rows: null,
  query_id: null,
  query_text: null,
  details: null,
};
