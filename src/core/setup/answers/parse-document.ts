import { AuditExportError } from '../../../errors.ts';
import type { SchemaCheck } from '../../audit-types/audit-type.ts';

/** What a file should be. */
export interface ExpectedDocument {
  file: string;
  /** In words: `receipt`. */
  what: string;
  /** Name of its schema in schemas/. */
  schema: string;
  check: SchemaCheck;
}

/** Reads a JSON document and checks it by its schema. Throws `document-invalid`, naming the file, the place and the rule. */
export function parseDocument(text: string, { file, what, schema, check }: ExpectedDocument): unknown {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is not JSON: ${(error as Error).message}`, error);
  }
  if (check(document)) return document;
  const problems = (check.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || 'the document'} ${message ?? 'is wrong'}`,
  );
  throw invalid([...new Set(problems)].slice(0, 5).join('; '));

  function invalid(why: string, cause?: unknown): AuditExportError {
    return new AuditExportError('document-invalid', `${file} is not a ${what} that can be used: ${why}.`, {
      cure: `Have it written again by audit-export; schemas/${schema} describes it.`,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
