import { describe, expect, test } from 'vitest';
import { buildAccessRequest, parseAccessRequest } from '../../../../src/core/setup/answers/access-request.ts';
import type { PlannedChange } from '../../../../src/core/setup/plan/change.ts';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { parseAccessPlan } from '../../../../src/core/setup/plan/parse-plan.ts';
import { planAccess } from '../../../../src/core/setup/plan/plan.ts';
import { openReceipt, recordChange } from '../../../../src/core/setup/plan/record-change.ts';
import { parseReceipt } from '../../../../src/core/setup/plan/receipt.ts';
import { answersWith, goldenCases } from './answers.ts';
import { emptyWorld } from './live-worlds.ts';

const desired = buildDesiredAccess(answersWith());
const plan = planAccess(desired, emptyWorld);
const invalid = (message: RegExp) => ({
  code: 'document-invalid',
  exitCode: 3,
  message: expect.stringMatching(message),
});
const failure = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error;
  }
};

describe('a request', () => {
  test.each(Object.entries(goldenCases))('comes back as it was written: %s', (_name, answers) => {
    const request = buildAccessRequest(answers, 'acme');
    expect(parseAccessRequest('r.json', JSON.stringify(request))).toEqual(request);
    expect(request).toMatchObject({ request: 'access', version: 1, profile: 'acme', ...answers });
  });

  test.each([
    ['no JSON', '{', /r\.json is not a request that can be used: it is not JSON/],
    ['no object', '[]', /must be object/],
    ['another document', JSON.stringify(plan), /must have required property 'request'/],
    [
      'a member too many',
      JSON.stringify({ ...buildAccessRequest(answersWith()), trustPolicy: {} }),
      /additional/,
    ],
    [
      'a role name that the vendor can not assume',
      JSON.stringify(buildAccessRequest(answersWith({ roleName: 'Admin' }))),
      /roleName: .*must start with ALTRPublishSIEMData/,
    ],
    [
      'a prefix with a wildcard',
      JSON.stringify(buildAccessRequest(answersWith({ prefix: '*' }))),
      /prefix: "\*" is not allowed/,
    ],
    [
      'a profile that is a path',
      JSON.stringify(buildAccessRequest(answersWith(), '../../etc')),
      /\/profile must match pattern/,
    ],
  ])('with %s is refused with the place and the rule', (_what, text, message) => {
    expect(failure(() => parseAccessRequest('r.json', text))).toMatchObject(invalid(message));
  });
});

describe('a saved plan', () => {
  test('comes back as it was written', () => {
    expect(parseAccessPlan('p.json', JSON.stringify(plan, null, 2))).toEqual(plan);
  });

  test('can not ask for documents that its names do not', () => {
    const wider = structuredClone(plan);
    wider.desired.policy.document = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    };
    expect(failure(() => parseAccessPlan('p.json', JSON.stringify(wider)))).toMatchObject(
      invalid(/its documents are not those that its names ask for/),
    );
  });

  test('can not name what the rules refuse', () => {
    const other = planAccess(buildDesiredAccess(answersWith({ roleName: 'Admin' })), emptyWorld);
    expect(failure(() => parseAccessPlan('p.json', JSON.stringify(other)))).toMatchObject(
      invalid(/roleName: it starts with "Admin"/),
    );
  });
});

describe('a receipt', () => {
  const opened = openReceipt(plan, emptyWorld, undefined);

  test('comes back as it was written, and keeps what an earlier one knew was made', () => {
    const [create] = plan.changes;
    const receipt = recordChange(opened, create!, { arn: 'arn:x', id: 'ANPA1' }, '2025-01-02T00:00:00.000Z');
    expect(parseReceipt('r.json', JSON.stringify(receipt))).toEqual(receipt);
    expect(receipt.made).toEqual([{ kind: 'policy', name: 'acme.s3.policy', arn: 'arn:x', id: 'ANPA1' }]);
    expect(openReceipt(plan, emptyWorld, receipt).made).toEqual(receipt.made);
  });

  test('lists a thing once, and what was only replaced as before', () => {
    const role = 'r';
    const at = '2025-01-02T00:00:00.000Z';
    const put = (before: string | null): PlannedChange => ({
      kind: 'put-inline-policy',
      role,
      name: 'p',
      before,
      after: { Statement: [] },
      statements: [],
    });
    const made = recordChange(opened, put(null), {}, at);
    const again = recordChange(recordChange(made, put(null), {}, at), put('{}'), {}, at);
    expect(again.made).toEqual([{ kind: 'inline-policy', role, name: 'p' }]);
    expect(again.history).toHaveLength(3);
    const gone = recordChange(again, { kind: 'delete-inline-policy', role, name: 'p', before: '{}' }, {}, at);
    expect(gone.made).toEqual([]);
  });

  test('that lists what no receipt can list is refused', () => {
    const forged = { ...opened, made: [{ kind: 'bucket', name: 'acme' }] };
    expect(failure(() => parseReceipt('r.json', JSON.stringify(forged)))).toMatchObject(invalid(/\/made\/0/));
  });
});
