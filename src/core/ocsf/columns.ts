import type { Shape, TableColumn } from '../readers/parquet-table.ts';
import type { OcsfClassName } from './classes.ts';

const named: Shape = { members: { name: 'text' } };
const user: Shape = { members: { name: 'text', groups: { list: named } } };
const actor: Shape = { members: { user, app_name: 'text' } };
const endpoint: Shape = { members: { ip: 'text', name: 'text' } };
const api: Shape = { members: { operation: 'text' } };

/** Attributes of all classes, in the types of OCSF's dictionary: `timestamp_t` is a long of epoch milliseconds. */
const common: Readonly<Record<string, Shape>> = {
  activity_id: 'int',
  activity_name: 'text',
  category_uid: 'int',
  category_name: 'text',
  class_uid: 'int',
  class_name: 'text',
  type_uid: 'long',
  type_name: 'text',
  time: 'long',
  severity_id: 'int',
  severity: 'text',
  status_id: 'int',
  status: 'text',
  status_detail: 'text',
  metadata: {
    members: {
      version: 'text',
      uid: 'text',
      log_name: 'text',
      tenant_uid: 'text',
      product: { members: { name: 'text', vendor_name: 'text' } },
    },
  },
};

/** What each class has beside them. */
const own: Readonly<Record<OcsfClassName, Readonly<Record<string, Shape>>>> = {
  datastore_activity: {
    actor,
    src_endpoint: endpoint,
    table: named,
    database: { members: { name: 'text', type_id: 'int' } },
    query_info: { members: { uid: 'text', query_string: 'text' } },
  },
  api_activity: { actor, src_endpoint: endpoint, api, resources: { list: named } },
  entity_management: { actor, src_endpoint: endpoint, api, entity: named },
  authentication: { user, src_endpoint: endpoint, service: named },
  detection_finding: {
    finding_info: { members: { uid: 'text', title: 'text', created_time: 'long' } },
    evidences: { list: { members: { user } } },
    resources: { list: named },
  },
};

/** `unmapped` is texts by name, as in the tables that Security Lake makes for AWS's own sources; what is no text is JSON. */
const rest: Readonly<Record<string, Shape>> = { raw_data: 'text', unmapped: 'map' };

const searched = new Set(['time', 'activity_id', 'status_id', 'severity_id']);

/** The columns of a class's Parquet files: the same in all of them, whatever the events tell. */
export function ocsfColumns(name: OcsfClassName): TableColumn[] {
  return Object.entries({ ...common, ...own[name], ...rest }).map(([column, shape]) => ({
    name: column,
    shape,
    isSearched: searched.has(column),
  }));
}
