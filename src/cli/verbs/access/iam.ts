import {
  applySettings,
  destroySettings,
  planSettings,
  rotateSettings,
  showSettings,
} from '../../../commands/iam/settings.ts';
import type { Verb } from '../../verb.ts';

export const iamShowVerb: Verb = {
  path: ['iam', 'show'],
  summary: 'role and policy as JSON, AWS CLI, Terraform or CloudFormation',
  args: [],
  settings: showSettings,
  readsProfile: true,
  notes: `Needs no credentials and changes nothing. All formats make the same role and policy as audit-export iam apply.

--for reader prints another role: that of those who read what was delivered (Get and List there, Put where compact writes). It is made
by whoever may make roles; iam apply makes the delivering one alone.

Examples:
  audit-export iam show --profile acme --format terraform --out infra/
  audit-export iam show --profile acme --for reader --reader 111122223333 --format cloudformation
  audit-export iam show --format aws-cli --account-id 444455556666 --organization-id ORGANIZATION \\
    --bucket acme-audit --prefix altr --role-name ALTRPublishSIEMDataAcme --policy-name acme.s3.policy`,
  run: async (invocation) => (await import('../../iam/show.ts')).runShow(invocation),
};

export const iamPlanVerb: Verb = {
  path: ['iam', 'plan'],
  summary: 'what differs between what should be and what is',
  args: [],
  settings: planSettings,
  readsProfile: true,
  notes: `Compares role and policies statement by statement and changes nothing. Differences are called by their names:
widened-action, widened-resource, missing-external-id, different-external-id, foreign-principal, wildcard-principal,
half-finished-role, extra-attached-policy, extra-inline-policy, permissions-boundary, name-taken and more (docs/iam.md).

Exit codes: 0 nothing to do; 7 there are changes to make or findings to cure; 4 access; 2 usage.`,
  run: async (invocation) => (await import('../../iam/plan.ts')).runPlan(invocation),
};

export const iamApplyVerb: Verb = {
  path: ['iam', 'apply'],
  summary: 'make role and policy what they should be',
  args: [],
  settings: applySettings,
  readsProfile: true,
  notes: `Shows the plan, asks (or takes --yes), and carries out exactly that plan. Run it as often as you like: what is right
is left alone, and what stopped half-way goes on. The receipt is kept in the state folder of the profile (or of the destination), and in
--receipt FILE for audit-export init --receipt.

Examples:
  audit-export iam apply --request request.json --receipt receipt.json
  audit-export iam plan --profile acme --out plan.json; audit-export iam apply --plan plan.json --yes

Exit codes: 0 all is as it should be; 7 something is left for a person to cure, or the saved plan no longer fits;
4 access; 3 a file can't be used; 2 usage, or a yes is missing; 130 declined.`,
  run: async (invocation) => (await import('../../iam/apply.ts')).runApply(invocation),
};

export const iamRotateVerb: Verb = {
  path: ['iam', 'rotate'],
  summary: 'change the external id without a gap',
  args: [],
  settings: rotateSettings,
  readsProfile: true,
  notes: `Both ids are let in, the delivering side switches and is tested, then the old one goes. Stopped anywhere, the same command
goes on; --back takes it back; audit-export iam plan says where it stands. A vendor's service switches when its new id is
entered over there: then --finish.

Examples:
  audit-export iam rotate --profile acme --organization-id NEW
  audit-export iam rotate --profile acme --finish
  audit-export iam rotate --profile acme --back

Exit codes: 0 the step is done; 4 access, or the new id does not work; 2 usage, or a yes is missing; 130 declined.`,
  run: async (invocation) => (await import('../../iam/rotate.ts')).runRotate(invocation),
};

export const iamDestroyVerb: Verb = {
  path: ['iam', 'destroy'],
  summary: 'remove what the receipt says was made',
  args: [],
  settings: destroySettings,
  readsProfile: true,
  notes: `Shows what would go, asks (or takes --yes), and removes role, policy and attachment as far as the receipt lists them.
Never a bucket, never an object, never what somebody else made.

Exit codes: 0 all that the receipt lists is gone; 7 something had to stay; 4 access; 3 there is no receipt;
2 a yes is missing; 130 declined.`,
  run: async (invocation) => (await import('../../iam/destroy.ts')).runDestroy(invocation),
};
