import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { ChosenObject } from '../../core/readers/find/choose-objects.ts';
import { chooseObjects } from '../../core/readers/find/choose-objects.ts';
import { buildCuratedKeyReader } from '../../core/readers/curated-object.ts';
import type { TypeFiles } from '../../core/readers/duckdb/duckdb-views.ts';
import { duckdbViews } from '../../core/readers/duckdb/duckdb-views.ts';
import { mayHold } from '../../core/readers/stored-object.ts';
import type { WantedObjects } from '../../core/readers/stored-object.ts';
import { columnsOfTypes } from '../../core/readers/columns/type-columns.ts';
import { AuditExportError } from '../../errors.ts';
import type { SqlAnswer, SqlEngine } from '../../ports/sql-engine.ts';
import type { StoredObject, StoreReader } from '../../ports/store/store-reader.ts';

/** What `query` needs of the world. */
export interface QueryHost {
  reader: StoreReader;
  types: readonly CompiledAuditType[];
  /** The path on this machine where an object can be read. */
  pathOf: (object: Pick<StoredObject, 'key' | 'size'>) => Promise<string>;
  /** Folders in which all these paths lie. */
  folders: readonly string[];
  engine: SqlEngine;
  /** Told of each object that is at hand. */
  onProgress: (objects: number) => void;
}

/** What is asked, and of which events. */
export interface Question extends WantedObjects {
  sql: string;
  layout: string;
  /** Of JSON lines as they were delivered, or of the Parquet that `compact` wrote. */
  form: 'lines' | 'parquet';
}

/** Objects that are brought at once. */
const atOnce = 8;

/**
 * Answers a question in SQL over the events of a store: a view for each type, and `events` over all. Throws `usage` for a question that
 * the engine refuses and for a layout that does not keep types apart, and what reading throws.
 */
export async function query(question: Question, host: QueryHost): Promise<SqlAnswer> {
  const { sql, form, sinceMs, untilMs } = question;
  const files = await bring(objectsOf(question, host.reader), host);
  const columns = columnsOfTypes(host.types.map(({ descriptor }) => descriptor));
  await host.engine.run(duckdbViews(columns, files, { form, range: { sinceMs, untilMs } }));
  await host.engine.confine(host.folders);
  return host.engine.ask(sql);
}

async function* objectsOf(
  question: Question,
  reader: StoreReader,
): AsyncGenerator<StoredObject & { type: string }> {
  if (question.form === 'lines') {
    for await (const object of chooseObjects(reader, question.layout, question))
      yield typed(object, question);
    return;
  }
  const factsOf = buildCuratedKeyReader();
  for await (const object of reader.list('')) {
    const facts = factsOf(object.key);
    if (facts !== undefined && mayHold(facts, question)) yield { ...object, type: facts.type };
  }
}

function typed(object: ChosenObject, { layout }: Question): StoredObject & { type: string } {
  const { type } = object;
  if (type !== undefined) return { ...object, type };
  throw new AuditExportError(
    'usage',
    `The key ${object.key} does not say its audit type by the layout ${layout}.`,
    {
      cure: 'Name the layout it was delivered with (--layout), which must hold {type}; find needs none.',
    },
  );
}

/** Has the objects at hand, several at once; answers with their paths by type. */
async function bring(
  objects: AsyncIterable<StoredObject & { type: string }>,
  { pathOf, onProgress }: QueryHost,
): Promise<TypeFiles[]> {
  const paths = new Map<string, string[]>();
  const coming = new Set<Promise<void>>();
  let brought = 0;
  for await (const object of objects) {
    const one = pathOf(object).then((path) => {
      const known = paths.get(object.type);
      if (known === undefined) paths.set(object.type, [path]);
      else known.push(path);
      onProgress(++brought);
    });
    const settled = one.finally(() => coming.delete(settled));
    // It is awaited below; until then a failure must not count as unhandled.
    settled.catch(() => undefined);
    coming.add(settled);
    if (coming.size >= atOnce) await Promise.race(coming);
  }
  await Promise.all(coming);
  return [...paths].map(([type, list]) => ({ type, paths: list.toSorted() }));
}
