import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** What keeps a document from matching a schema of `schemas/`; nothing where it does. */
export function schemaErrors(schema: string, document: unknown): string[] {
  const text = readFileSync(new URL(`../../schemas/${schema}.schema.json`, import.meta.url), 'utf8');
  const check = new Ajv2020({ allErrors: true }).compile(JSON.parse(text) as object);
  check(document);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}
