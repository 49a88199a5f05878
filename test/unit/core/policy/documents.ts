import { expect } from 'vitest';
import {
  parsePolicyDocument,
  PolicyDocumentError,
  type PolicyKind,
} from '../../../../src/core/policy/document.ts';

export const identity = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::bucket/*' };
export const resource = { ...identity, Principal: { AWS: '111122223333' } };
export const trust = { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' };
export const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
export const condition = (block: unknown) => policy({ ...identity, Condition: block });
export const principal = (element: unknown) => policy({ ...resource, Principal: element });

/** Why the document is refused; undefined when it is not. */
export function reasonOf(document: unknown, kind: PolicyKind): string | undefined {
  try {
    parsePolicyDocument(typeof document === 'string' ? document : JSON.stringify(document), { kind });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyDocumentError);
    return (error as PolicyDocumentError).reason;
  }
}
