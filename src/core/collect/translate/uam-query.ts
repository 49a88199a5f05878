import { redactLiterals } from '../redact/redact-literals.ts';
import { databaseOf, namePartsOf } from './objects/object-name.ts';
import type { QueryRow } from './query-row.ts';
import { recordId } from './record-id.ts';
import type { DataSource, MappedUser } from './registry.ts';
import { millisecondsOf } from './snowflake-time.ts';
import type { TouchedObject } from './objects/touched-objects.ts';
import { hasFailed } from './objects/touched-objects.ts';

/** What a record of the universal audit model is made of: one for each query, with all of its objects. */
export interface UamParts {
  row: QueryRow;
  objects: readonly (TouchedObject & { dataSource: DataSource | undefined })[];
  user: MappedUser | undefined;
  host: string;
  /** Milliseconds since 1970 at which the record counts as made. */
  madeMs: number;
  redact: boolean;
  supplementOf: string | undefined;
}

/** Codes of Snowflake for what does not exist or is not authorized, and for a missing privilege. */
const refusedCodes: ReadonlySet<string | null> = new Set(['002003', '2003', '003001', '3001']);

/** One query as an event of Immuta's universal audit model, without its line end, the event time first. */
export function uamQueryLine({ row, objects, user, host, madeMs, redact, supplementOf }: UamParts): string {
  const redacted = (text: string | null): string | null =>
    text !== null && redact ? redactLiterals(text) : text;
  const status = statusOf(row);
  return JSON.stringify({
    eventTimestamp: iso(row.endNs),
    id: recordId(row.queryId, supplementOf === undefined ? '' : 'supplement'),
    action: 'QUERY',
    actor: {
      type: 'USER_ACTOR',
      id: user?.userId ?? null,
      name: row.text('USER_NAME'),
      profileId: user?.profileId ?? null,
    },
    sessionId: row.text('SESSION_ID'),
    actionStatus: status,
    actionStatusReason: status === 'SUCCESS' ? null : redacted(row.text('ERROR_MESSAGE')),
    userAgent: row.text('CLIENT_APPLICATION_ID'),
    tenantId: host,
    targetType: 'DATASOURCE',
    targets: objects.map(({ object, dataSource }) => ({
      type: 'DATASOURCE',
      id: dataSource?.dataSourceId === undefined ? null : textOr(dataSource.dataSourceId),
      name: dataSource?.dataSourceName ?? object.object,
      technology: 'SNOWFLAKE',
    })),
    auditPayload: {
      type: 'QueryAuditPayload',
      version: 1,
      queryId: row.queryId,
      query: redacted(row.text('QUERY_TEXT')),
      startTime: iso(row.startNs),
      duration: row.source === 'queryHistory' ? millisecondsOf(row.endNs - row.startNs) : null,
      errorCode: row.text('ERROR_CODE'),
      objectsAccessed: objects.map(objectAccessed),
      technologyContext: {
        type: 'SnowflakeContext',
        host,
        snowflakeUsername: row.text('USER_NAME'),
        roleName: row.text('ROLE_NAME'),
        warehouseName: row.text('WAREHOUSE_NAME'),
        clientIp: row.text('CLIENT_IP'),
      },
      ...(supplementOf === undefined ? {} : { supplementOf }),
    },
    receivedTimestamp: new Date(madeMs).toISOString(),
  });
}

const iso = (ns: bigint): string => new Date(millisecondsOf(ns)).toISOString();
const textOr = (id: number | null): string | null => (id === null ? null : String(id));

/** Whether it was carried out; of another engine's query nobody knows, but what was read was read. */
function statusOf(row: QueryRow): 'SUCCESS' | 'FAILURE' | 'UNAUTHORIZED' | null {
  if (row.source !== 'queryHistory' || row.text('EXECUTION_STATUS') === null) return null;
  if (!hasFailed(row)) return 'SUCCESS';
  return refusedCodes.has(row.text('ERROR_CODE')) ? 'UNAUTHORIZED' : 'FAILURE';
}

function objectAccessed({ object, paths, dataSource }: UamParts['objects'][number]): object {
  const { object: name, type, columns } = object;
  return {
    name,
    datasourceId: dataSource?.dataSourceId ?? null,
    databaseName: name === null ? null : databaseOf(name),
    schemaName: name === null ? null : (namePartsOf(name)?.[1]?.text ?? null),
    type: type?.toUpperCase() ?? null,
    columns: columns.map((column) => ({ name: column })),
    accessPath: paths,
  };
}
