import { validateAccessRequest } from '../../../generated/documents/access-request.ts';
import { AuditExportError } from '../../../errors.ts';
import type { SchemaCheck } from '../../audit-types/audit-type.ts';
import { answerRules, contradictions } from './answer-rules.ts';
import type { AnswerName, SetupAnswers } from './answers.ts';
import { answerText } from './answers.ts';
import { parseDocument } from './parse-document.ts';

/** What an administrator on another machine needs to make role and policy: schemas/access-request.schema.json. */
export interface AccessRequestFile extends SetupAnswers {
  request: 'access';
  version: 1;
  /** The profile that the receipt will go back to. */
  profile?: string;
}

/** Puts the answers into the form that is handed over. */
export function buildAccessRequest(answers: SetupAnswers, profile?: string): AccessRequestFile {
  return {
    request: 'access',
    version: 1,
    ...(profile === undefined ? {} : { profile }),
    ...answers,
  };
}

/**
 * Reads a request. It comes from somebody else, so each answer is held against its rule again. Throws `document-invalid`,
 * naming the file, the answer and the rule.
 */
export function parseAccessRequest(file: string, text: string): AccessRequestFile {
  const request = parseDocument(text, {
    file,
    what: 'request',
    schema: 'access-request.schema.json',
    check: validateAccessRequest as SchemaCheck,
  }) as AccessRequestFile;
  const problems = answerProblems(request);
  if (problems.length === 0) return request;
  throw new AuditExportError(
    'document-invalid',
    `${file} is not a request that can be used: ${problems.map(({ answer, reason }) => `${answer}: ${reason}`).join(' ')}`,
    { cure: 'Ask for a new one: audit-export init --request FILE writes it.' },
  );
}

/** What is wrong with a set of answers: each by its own rule, then what contradicts. Empty if all is well. */
export function answerProblems(answers: SetupAnswers): { answer: AnswerName; reason: string }[] {
  const names = Object.keys(answerRules) as AnswerName[];
  const problems = names.flatMap((answer) => {
    const text = answerText(answers, answer);
    // Types are no part of the access: none named is none asked for.
    if (text === undefined || (text === '' && answer === 'types')) return [];
    const reason = answerRules[answer].check(text);
    return reason === undefined ? [] : [{ answer, reason }];
  });
  return problems.length > 0 ? problems : contradictions(answers);
}
