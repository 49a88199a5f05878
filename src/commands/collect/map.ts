import { parsePointer } from '../../core/audit-types/json-pointer.ts';
import type { GlobalOptions } from '../../core/config/global-settings.ts';
import type { Settings, Values } from '../../core/config/setting.ts';
import { keptName } from '../../core/collect/check/sql-name.ts';
import type { MapKind, MapLine } from '../../core/collect/map/map-entries.ts';
import {
  linesOfDocument,
  mapColumns,
  mergeLines,
  objectLine,
  printMap,
  userLine,
} from '../../core/collect/map/map-entries.ts';
import { databaseStatement, tagStatement, usersStatement } from '../../core/collect/map/map-statements.ts';
import { parseMapping } from '../../core/collect/translate/mapping-file.ts';
import {
  namePartsOf,
  writtenObjectName,
  writtenUserName,
} from '../../core/collect/translate/objects/object-name.ts';
import { dataSourceForm, userForm } from '../../core/collect/translate/registry.ts';
import { AuditExportError } from '../../errors.ts';
import type { SnowflakeSession, SnowflakeStatement } from '../../ports/snowflake.ts';
import type { CollectHost } from './collect-host.ts';
import { snowflakeSettings } from './settings.ts';
import type { CollectOptions } from './settings.ts';

const { account, accountUrl, user, role, warehouse } = snowflakeSettings;
const group = 'Map';

/** The settings of `collect snowflake map`. */
export const mapSettings = {
  account,
  accountUrl,
  user,
  role,
  warehouse,
  databases: {
    kind: 'list',
    flag: 'database',
    value: 'NAME',
    group,
    help: 'objects: all tables and views of a database (needs OBJECT_VIEWER); may be repeated',
  },
  objectTags: {
    kind: 'list',
    flag: 'tag',
    value: 'DB.SCHEMA.TAG',
    group,
    help: 'objects: those that have a tag, themselves or one of their columns; may be repeated',
  },
  from: {
    kind: 'text',
    flag: 'from',
    value: 'FILE',
    group,
    help: 'take them from a JSON export of an API instead of Snowflake; --take says where they stand in it',
  },
  take: {
    kind: 'pairs',
    flag: 'take',
    value: 'COLUMN=POINTER',
    group,
    help: 'with --from: JSON Pointer of a column in each entry, such as userId=/profile/email; may be repeated',
  },
  into: {
    kind: 'text',
    flag: 'into',
    value: 'FILE',
    group,
    help: 'a map that is there: what it says stays, what is new is added behind it',
  },
} as const satisfies Settings;

export type MapOptions = Values<typeof mapSettings> & GlobalOptions;

const forms = { users: userForm, objects: dataSourceForm } as const;
const keyOf: Readonly<Record<MapKind, (name: string) => string>> = {
  users: (name) => writtenUserName(name).meant,
  objects: (name) => writtenObjectName(name).meant,
};

/**
 * Makes `--user-map` or `--data-sources` as CSV, from Snowflake or from an export, and joins it to a map that is there.
 * Throws `usage`, `missing-answer`, `document-invalid`, and what the session throws.
 */
export async function makeMap(
  kind: MapKind,
  options: MapOptions,
  host: Pick<CollectHost, 'openSession' | 'readFile'> & { signal: AbortSignal },
): Promise<string> {
  const found =
    options.from === undefined ? await askSnowflake(kind, options, host) : await read(kind, options, host);
  const { into } = options;
  const before = into === undefined ? [] : await linesOf(kind, into, await host.readFile(into));
  return printMap(kind, mergeLines(before, found, keyOf[kind]));
}

async function linesOf(kind: MapKind, file: string, text: string): Promise<MapLine[]> {
  const entries = await parseMapping(file, text, forms[kind]);
  return entries.map(({ values }) => mapColumns[kind].map((column) => String(values[column] ?? '')));
}

async function read(
  kind: MapKind,
  { from = '', take = {} }: MapOptions,
  host: Pick<CollectHost, 'readFile'>,
): Promise<MapLine[]> {
  const [key = ''] = mapColumns[kind];
  const columns: readonly string[] = mapColumns[kind];
  const strange = Object.keys(take).find((column) => !columns.includes(column));
  if (strange !== undefined || take[key] === undefined)
    throw new AuditExportError(
      'usage',
      `--take must say where ${key} stands in an entry${strange === undefined ? '' : `, and knows no ${strange}`}.`,
      {
        cure: `Give ${columns.map((column) => `--take ${column}=/…`).join(' ')}.`,
      },
    );
  const pointers = Object.fromEntries(
    Object.entries(take).map(([column, pointer]) => [column, pointerOf(pointer)]),
  );
  return linesOfDocument(await host.readFile(from), kind, pointers);
}

function pointerOf(text: string): ReturnType<typeof parsePointer> {
  try {
    return parsePointer(text);
  } catch (error) {
    throw new AuditExportError('usage', `--take: ${(error as Error).message}.`, {
      cure: 'Write it as /member or /outer/inner.',
    });
  }
}

async function askSnowflake(
  kind: MapKind,
  options: MapOptions,
  { openSession, signal }: Pick<CollectHost, 'openSession'> & { signal: AbortSignal },
): Promise<MapLine[]> {
  const statements = kind === 'users' ? [usersStatement()] : objectStatements(options);
  const session = await openSession(options as unknown as CollectOptions);
  try {
    const lines: MapLine[] = [];
    for (const statement of statements)
      for await (const row of rowsOf(session, { ...statement, signal }))
        lines.push(kind === 'users' ? userLine(row) : objectLine(row));
    return lines;
  } finally {
    await session.close();
  }
}

function objectStatements({ databases = [], objectTags = [] }: MapOptions): SnowflakeStatement[] {
  if (databases.length + objectTags.length > 0)
    return [...databases.map((name) => databaseStatement(keptName(name))), ...objectTags.map(byTag)];
  throw new AuditExportError('missing-answer', 'It is not said which objects are meant.', {
    cure: 'Add --database NAME or --tag DB.SCHEMA.TAG, or --from FILE.',
    details: { missing: '--database' },
  });
}

function byTag(name: string): SnowflakeStatement {
  const parts = namePartsOf(name);
  if (parts?.length === 3)
    return tagStatement(parts.map(({ text, quoted }) => (quoted ? text : text.toUpperCase())));
  throw new AuditExportError('usage', `--tag: ${JSON.stringify(name)} is no full name of a tag.`, {
    cure: 'Write it as DATABASE.SCHEMA.TAG.',
  });
}

async function* rowsOf(
  session: SnowflakeSession,
  statement: SnowflakeStatement,
): AsyncGenerator<readonly (string | null)[]> {
  const { batches } = await session.query(statement);
  for await (const rows of batches) yield* rows;
}
