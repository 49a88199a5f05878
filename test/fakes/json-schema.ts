import { readFileSync } from 'node:fs';
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
