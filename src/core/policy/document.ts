import { duplicateKey } from './duplicate-keys.ts';
import { checkGrammar } from './grammar.ts';
import { PolicyDocumentError, type PolicyDocument, type PolicyKind } from './language.ts';

export { PolicyDocumentError } from './language.ts';
export type { PolicyDocument, PolicyKind, Principals, Statement } from './language.ts';

/**
 * Reads a policy document and checks its grammar for the kind of policy it is: which elements may stand, which must, and
 * in which form. Sizes and characters are checked apart (`limits.ts`); that a named action, key or principal exists is not.
 * Throws PolicyDocumentError, whose `reason` says where and why. Source: "Grammar of the IAM JSON policy language".
 */
export function parsePolicyDocument(
  json: string,
  { kind = 'identity' }: { kind?: PolicyKind } = {},
): PolicyDocument {
  const document = parseJson(json);
  const twice = duplicateKey(json);
  if (twice !== undefined) throw new PolicyDocumentError(`"${twice}" stands twice in one object`);
  checkGrammar(document, kind);
  return document as PolicyDocument;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new PolicyDocumentError('the document is not valid JSON', { cause: error });
  }
}
