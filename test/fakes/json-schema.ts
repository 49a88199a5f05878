import { readdirSync, readFileSync } from 'node:fs';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Compiling a schema takes longer than a small run of the product. */
const checks = new Map<string, ValidateFunction>();

/** What keeps a document from matching a schema of `schemas/`; nothing where it does. */
export function schemaErrors(schema: string, document: unknown): string[] {
  const check = checks.get(schema) ?? compiled(schema);
  checks.set(schema, check);
  check(document);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

function compiled(schema: string): ValidateFunction {
  const text = readFileSync(new URL(`../../schemas/${schema}.schema.json`, import.meta.url), 'utf8');
  return new Ajv2020({ allErrors: true }).compile(JSON.parse(text) as object);
}

/** What keeps a document that a command printed with --json from the shape that is promised for it, found by what it says it is. */
export function promiseErrors(document: object): string[] {
  if ('error' in document && !('report' in document)) return schemaErrors('error', document);
  if (!('report' in document)) return [];
  const schema = promised().get(document.report);
  return schema === undefined ? [`no schema of ${String(document.report)}`] : schemaErrors(schema, document);
}

let byReport: ReadonlyMap<unknown, string> | undefined;

/** The schemas by the `report` that they are of. */
function promised(): ReadonlyMap<unknown, string> {
  byReport ??= new Map(
    readdirSync(new URL('../../schemas/', import.meta.url)).flatMap((file) => {
      const [name, isSchema] = file.split('.schema.json');
      if (name === undefined || isSchema === undefined) return [];
      const text = readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8');
      const { properties } = JSON.parse(text) as { properties?: { report?: { const?: unknown } } };
      const report = properties?.report?.const;
      return report === undefined ? [] : [[report, name] as const];
    }),
  );
  return byReport;
}
