import { AuditExportError } from '../../../errors.ts';
import { fromAwsError } from './aws-errors.ts';

interface Meaning {
  code: 'source-unreadable' | 'source-broken';
  why: string;
  cure: string;
  gone?: true;
}

const gone: Meaning = {
  code: 'source-unreadable',
  why: 'there is no such object',
  cure: 'Check the key; it may have been deleted, or be written in another case.',
  gone: true,
};

/** What an answer means to somebody who reads a source; the rest means what it means everywhere. */
const meanings: Readonly<Record<string, Meaning>> = {
  NoSuchKey: gone,
  NoSuchVersion: { ...gone, why: 'there is no such version' },
  // What a version id answers that is a delete marker's.
  MethodNotAllowed: { ...gone, why: 'the version is a delete marker' },
  InvalidObjectState: {
    code: 'source-unreadable',
    why: 'it is archived',
    cure: 'Restore it first (aws s3api restore-object), and push it when it is back.',
  },
  PreconditionFailed: {
    code: 'source-broken',
    why: 'it was replaced while it was read',
    cure: 'Run it again: what is stored already will not be stored twice.',
  },
};

/** Turns an error of GetObject into ours. `name`: `s3://bucket/key`. */
export function openError(error: unknown, name: string): AuditExportError {
  const meaning = meanings[(error as { name?: string }).name ?? ''];
  const general = fromAwsError(error, { action: 's3:GetObject', target: name });
  if (meaning !== undefined) {
    const { code, why, cure } = meaning;
    return new AuditExportError(code, `${name} can't be read: ${why}.`, {
      cure,
      details: { ...general.details, ...(meaning.gone === true ? { gone: true } : {}) },
      cause: error,
    });
  }
  if (general.code !== 'kms-denied') return general;
  return new AuditExportError(general.code, general.message, {
    cure: 'Allow kms:Decrypt on the key of the source for this principal, in its policy and in the key policy.',
    details: general.details,
    cause: error,
  });
}
