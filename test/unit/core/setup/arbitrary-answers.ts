import * as fc from 'fast-check';
import { answerProblems } from '../../../../src/core/setup/answers/access-request.ts';
import type { SetupAnswers } from '../../../../src/core/setup/answers/answers.ts';
import { answersWith } from './answers.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const textOf = (characters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), minLength, maxLength });

/** Any answers that the rules take. */
export const goodAnswers: fc.Arbitrary<SetupAnswers> = fc
  .record({
    accountId: textOf('0123456789', 12, 12),
    organizationId: textOf(`${letters}_+=,.@:/-`, 2, 60),
    bucket: textOf('abcdefghijklmnopqrstuvwxyz0123456789-', 3, 63),
    region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-north-1'),
    prefix: textOf(`${letters}/_.=+@,:!'()-`, 0, 60),
    roleName: textOf(`${letters}+=,.@_-`, 0, 45).map((end) => `ALTRPublishSIEMData${end}`),
    policyName: textOf(`${letters}+=,.@_-`, 1, 60),
    inlinePolicy: fc.boolean(),
  })
  .map((answers) => answersWith({ ...answers, prefix: answers.prefix.replaceAll(/^\/+|\/+$/g, '') }))
  .filter((answers) => answerProblems(answers).length === 0);
