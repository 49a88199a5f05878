import { AuditExportError } from '../../../errors.ts';
import { validateAccessPlan } from '../../../generated/documents/access-plan.ts';
import type { SchemaCheck } from '../../audit-types/audit-type.ts';
import { answerProblems } from '../answers/access-request.ts';
import type { SetupAnswers } from '../answers/answers.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { buildDesiredAccess } from '../desired/desired-access.ts';
import { parseDocument } from '../answers/parse-document.ts';
import type { AccessPlan } from './plan.ts';

/**
 * Reads a saved plan. What it wants is built again from its answers, so that a file can't ask for documents that this
 * tool would not make. Throws `document-invalid`.
 */
export function parseAccessPlan(file: string, text: string): AccessPlan {
  const plan = parseDocument(text, {
    file,
    what: 'plan',
    schema: 'access-plan.schema.json',
    check: validateAccessPlan as SchemaCheck,
  }) as AccessPlan;
  const answers = answersIn(plan.desired);
  const problems = answerProblems(answers).map(({ answer, reason }) => `${answer}: ${reason}`);
  const changed = canonicalJson(buildDesiredAccess(answers)) !== canonicalJson(plan.desired);
  if (problems.length === 0 && !changed) return plan;
  throw new AuditExportError(
    'document-invalid',
    `${file} is not a plan that can be used: ${changed ? 'its documents are not those that its names ask for' : problems.join(' ')}.`,
    { cure: 'Make a new plan: audit-export iam plan --out FILE' },
  );
}

/** The answers from which a desired access was built; the audit types are no part of it. */
export function answersIn(desired: DesiredAccess): SetupAnswers {
  const { kmsKeyArn, customerAccountId, otherExternalId, deliverer, writeOnce, headers } = desired;
  return {
    deliverer,
    writeOnce,
    ...(otherExternalId === undefined ? {} : { otherOrganizationId: otherExternalId }),
    accountId: desired.trustedAccountId,
    organizationId: desired.externalId,
    bucket: desired.bucket,
    region: desired.region,
    prefix: desired.prefix,
    roleName: desired.role.name,
    policyName: desired.policy.name,
    types: [],
    inlinePolicy: desired.policy.inline,
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
    ...(customerAccountId === undefined ? {} : { customerAccountId }),
    ...(headers === undefined ? {} : { headers }),
  };
}
