import type { Compiled, JoinedRow, Scope } from './expressions.ts';
import { compile, orderOf } from './expressions.ts';
import type { Expression, OrderItem, Select, SourceItem } from './select-reader.ts';
import { notUnderstood } from './sql-problem.ts';
import type { ColumnType, TimeBounds, Value, View, ViewRow } from './views.ts';

/** What a statement runs in. `open` finds a view by its full name and throws where it is not there or not allowed. */
export interface Surroundings {
  open: (name: readonly string[]) => View;
  binds: readonly { type: string; value: string | null }[];
  nowNs: bigint;
  context: Readonly<Record<string, string | null>>;
}

export interface ResultTable {
  columns: { name: string; type: ColumnType }[];
  rows: Value[][];
}

/** Runs a SELECT over views. Throws SqlProblem. */
export function runSelect(select: Select, surroundings: Surroundings): ResultTable {
  const views = select.sources.map(({ name }) => surroundings.open(name));
  const numbers = new Map<Expression, Map<JoinedRow, bigint>>();
  const scope: Scope = {
    sources: select.sources.map(({ alias }, index) => ({ alias, columns: views[index]?.columns ?? {} })),
    binds: surroundings.binds,
    nowNs: surroundings.nowNs,
    context: surroundings.context,
    window: (expression) => ({
      type: 'fixed',
      sources: new Set(),
      at: (row) => numbers.get(expression)?.get(row) ?? null,
    }),
  };
  const items = select.items.map(({ expression, name }) => ({ name, ...compile(expression, scope) }));
  let rows = filterRows(joinAll(select, views, scope), select.where, scope);
  for (const window of windowsIn(select.qualify)) numbers.set(window, numberRows(window, rows, scope));
  rows = filterRows(rows, select.qualify, scope);
  sortRows(rows, select.order, scope);
  if (select.limit !== undefined) rows = rows.slice(0, select.limit);
  return {
    columns: items.map(({ name, type }) => ({ name, type })),
    rows: rows.map((row) => items.map(({ at }) => at(row))),
  };
}

function filterRows(
  rows: Iterable<JoinedRow>,
  expression: Expression | undefined,
  scope: Scope,
): JoinedRow[] {
  const condition = expression === undefined ? undefined : compile(expression, scope);
  const kept: JoinedRow[] = [];
  for (const row of rows) if (condition === undefined || condition.at(row) === true) kept.push(row);
  return kept;
}

function* joinAll(select: Select, views: readonly View[], scope: Scope): Iterable<JoinedRow> {
  const [first, ...others] = views;
  if (first === undefined) {
    yield [];
    return;
  }
  const joins = others.map((view, index) => joinOf(select.sources[index + 1], view, index + 1, scope));
  // `LIMIT 0` asks for privileges only: nothing is read.
  if (select.limit === 0) return;
  const bounds = boundsOf(select.where, 0, first, scope);
  for (const row of first.rows(bounds)) {
    let found: JoinedRow[] = [[row]];
    for (const join of joins) found = found.flatMap(join);
    yield* found;
  }
}

/** A LEFT JOIN: by an index of the view where there is one, else by one that is made here. */
function joinOf(
  source: SourceItem | undefined,
  view: View,
  index: number,
  scope: Scope,
): (left: JoinedRow) => JoinedRow[] {
  const parts = conjuncts(source?.on);
  const key = parts.map((part) => keyOf(part, index, scope)).find((found) => found !== undefined);
  if (key === undefined) throw notUnderstood('a join without an equal column');
  const condition = parts.map((part) => compile(part, scope));
  const lookUp = indexOf(view, key.column, boundsOf(source?.on, index, view, scope));
  return (left) => {
    const value = key.other.at(left);
    const matches: JoinedRow[] = [];
    for (const row of value === null ? [] : lookUp(value)) {
      const joined = [...left, row];
      if (condition.every(({ at }) => at(joined) === true)) matches.push(joined);
    }
    return matches.length === 0 ? [[...left, null]] : matches;
  };
}

function indexOf(view: View, column: string, bounds: TimeBounds): (value: Value) => readonly ViewRow[] {
  let made: Map<Value, ViewRow[]> | undefined;
  return (value) => {
    const found = view.find(column, value);
    if (found !== undefined) return found;
    made ??= groupRows(view.rows(bounds), (row) => row[column] ?? null);
    return made.get(value) ?? [];
  };
}

/** `a.KEY = other`, where the other side looks at earlier sources only. */
function keyOf(
  part: Expression,
  index: number,
  scope: Scope,
): { column: string; other: Compiled } | undefined {
  if (part.kind !== 'compare' || part.sign !== '=') return undefined;
  for (const [own, other] of [
    [part.left, part.right],
    [part.right, part.left],
  ] as const) {
    if (own.kind !== 'column' || !compile(own, scope).sources.has(index)) continue;
    const compiled = compile(other, scope);
    if ([...compiled.sources].every((source) => source < index))
      return { column: own.path.at(-1) ?? '', other: compiled };
  }
  return undefined;
}

/** What a condition says of the time column of a view, against values that no row changes. */
function boundsOf(expression: Expression | undefined, index: number, view: View, scope: Scope): TimeBounds {
  const bounds: TimeBounds = {};
  for (const part of conjuncts(expression)) {
    if (part.kind !== 'compare' || part.left.kind !== 'column') continue;
    if (part.left.path.at(-1) !== view.timeColumn || !compile(part.left, scope).sources.has(index)) continue;
    const right = compile(part.right, scope);
    const value = right.sources.size === 0 ? right.at([]) : null;
    if (typeof value !== 'bigint') continue;
    if (part.sign === '>=') bounds.from = value;
    if (part.sign === '<') bounds.until = value;
  }
  return bounds;
}

function conjuncts(expression: Expression | undefined): Expression[] {
  if (expression === undefined) return [];
  return expression.kind === 'logic' && expression.sign === 'AND'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

type WindowExpression = Expression & { kind: 'window' };

function windowsIn(expression: Expression | undefined): WindowExpression[] {
  if (expression === undefined) return [];
  if (expression.kind === 'window') return [expression];
  if (expression.kind === 'compare' || expression.kind === 'logic')
    return [...windowsIn(expression.left), ...windowsIn(expression.right)];
  return 'of' in expression ? windowsIn(expression.of) : [];
}

function numberRows(
  window: WindowExpression,
  rows: readonly JoinedRow[],
  scope: Scope,
): Map<JoinedRow, bigint> {
  if (window.name !== 'ROW_NUMBER') throw notUnderstood(`the window function ${window.name}`);
  const keys = window.partition.map((part) => compile(part, scope));
  const groups = groupRows(rows, (row) => keys.map(({ at }) => textOf(at(row))).join('\0'));
  const numbers = new Map<JoinedRow, bigint>();
  for (const group of groups.values()) {
    sortRows(group, window.order, scope);
    group.forEach((row, index) => numbers.set(row, BigInt(index + 1)));
  }
  return numbers;
}

function sortRows(rows: JoinedRow[], order: readonly OrderItem[], scope: Scope): void {
  const keys = order.map(({ by, descending }) => ({ ...compile(by, scope), sign: descending ? -1 : 1 }));
  if (keys.length === 0) return;
  rows.sort((a, b) => {
    for (const { at, sign } of keys) {
      const found = orderOf(at(a), at(b));
      if (found !== 0) return found * sign;
    }
    return 0;
  });
}

function groupRows<Row, Key>(rows: Iterable<Row>, keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function textOf(value: Value): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
