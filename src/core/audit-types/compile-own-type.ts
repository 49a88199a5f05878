import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { AuditExportError } from '../../errors.ts';
import { validateAuditType } from '../../generated/documents/audit-type.ts';
import type { AuditTypeDescriptor, CompiledAuditType, SchemaCheck } from './audit-type.ts';

/** A user's own audit type as it was read: the file's name, for messages, and its text. */
export interface OwnTypeFile {
  file: string;
  text: string;
}

type OwnDescriptor = Pick<AuditTypeDescriptor, 'type' | 'eventTime'> &
  Partial<AuditTypeDescriptor> & { recognise: Record<string, unknown> };

/**
 * Compiles a user's own audit type: a JSON Schema (draft 2020-12) whose member `x-audit-export` says what the tool must
 * know (see schemas/audit-type.schema.json). Throws `schema-invalid`, naming file, place and rule.
 */
export function compileOwnType({ file, text }: OwnTypeFile): CompiledAuditType {
  const schema = parseSchema(file, text);
  const descriptor = schema['x-audit-export'];
  checkDescriptor(file, descriptor);
  const { recognise, ...facts } = descriptor;
  const { $schema: _, ...rules } = schema;
  return {
    descriptor: {
      vendor: 'own',
      order: 0,
      id: [],
      agree: [],
      title: typeof schema['title'] === 'string' ? schema['title'] : facts.type,
      schemaId: typeof schema['$id'] === 'string' ? schema['$id'] : file,
      schemaFile: file,
      ...facts,
    },
    recognise: compile(file, 'x-audit-export/recognise', recognise),
    validate: compile(file, '', rules),
    rules: { recognise, validate: rules, regExpFlags: 'u' },
  };
}

function invalid(file: string, why: string, cause?: unknown): AuditExportError {
  return new AuditExportError('schema-invalid', `${file} is no audit type: ${why}.`, {
    cure: 'See docs/audit-types.md for a schema to start from; check one with: audit-export types check FILE',
    ...(cause === undefined ? {} : { cause }),
  });
}

function parseSchema(file: string, text: string): Record<string, unknown> {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON (${(error as Error).message})`, error);
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw invalid(file, 'it is not a JSON object');
  return schema as Record<string, unknown>;
}

function checkDescriptor(file: string, descriptor: unknown): asserts descriptor is OwnDescriptor {
  if (descriptor === undefined) throw invalid(file, 'its member "x-audit-export" is missing');
  const check: SchemaCheck = validateAuditType;
  if (check(descriptor)) return;
  const violation = check.errors?.[0];
  throw invalid(file, `x-audit-export${violation?.instancePath ?? ''} ${violation?.message ?? 'is wrong'}`);
}

function compile(file: string, place: string, schema: Record<string, unknown>): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, logger: false });
  ajv.addKeyword('x-audit-export');
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw invalid(
      file,
      `${place === '' ? 'the schema' : place} can't be compiled (${(error as Error).message})`,
      error,
    );
  }
}
