import { parsePolicyDocument, PolicyDocumentError, type PolicyKind } from '../../policy/document.ts';

type Json = Readonly<Record<string, unknown>>;

/** A stored document, as far as it can be read: it may have been written by anybody and hold anything. */
export interface LiveDocument {
  /** As it is stored. */
  text: string;
  statements: readonly LiveStatement[];
  /** What is wrong with it by the grammar of policies, if anything. */
  problem: string | undefined;
  version: string | undefined;
}

export interface LiveStatement {
  /** Its Sid, else its place: `statement 2`. */
  label: string;
  element: Json;
}

/** Reads a stored policy document. Never throws: what can't be read is said in `problem`. */
export function readLiveDocument(text: string, kind: PolicyKind): LiveDocument {
  const problem = problemOf(text, kind);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { text, statements: [], problem, version: undefined };
  }
  if (!isObject(document)) return { text, statements: [], problem, version: undefined };
  const { Statement: statement, Version: version } = document;
  const elements: unknown[] = Array.isArray(statement) ? statement : [statement];
  return {
    text,
    statements: elements
      .filter(isObject)
      .map((element, index) => ({ label: labelOf(element, index), element })),
    problem,
    version: typeof version === 'string' ? version : undefined,
  };
}

/** The strings of an element that may be one or a list; anything else in it is passed over. */
export function stringsOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === 'string');
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problemOf(text: string, kind: PolicyKind): string | undefined {
  try {
    parsePolicyDocument(text, { kind });
    return undefined;
  } catch (error) {
    if (error instanceof PolicyDocumentError) return error.reason;
    throw error;
  }
}

function labelOf(element: Json, index: number): string {
  const sid = element['Sid'];
  return typeof sid === 'string' && sid !== '' ? sid : `statement ${index + 1}`;
}
