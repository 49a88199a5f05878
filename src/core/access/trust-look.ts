import { authorize } from '../policy/authorize.ts';
import type { Caller } from '../policy/authorize.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { PolicyDocumentError } from '../policy/document.ts';
import type { DesiredAccess } from '../setup/desired-access.ts';
import type { DriftFinding } from '../setup/finding.ts';
import type { LiveDocument } from '../setup/live-document.ts';
import { isObject, readLiveDocument, stringsOf } from '../setup/live-document.ts';
import { meansTheSame } from '../setup/statement-difference.ts';
import { trustFindings } from '../setup/trust-findings.ts';
import type { Ascent } from './ascent.ts';
import { generalOutcome, isMissing } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { plannedAccess } from './planned-access.ts';

/** Rung 12: the trust policy, where it can be read. */
export async function lookAtTrust(ascent: Ascent): Promise<Outcome> {
  const { access } = ascent;
  const { role } = access;
  if (role === undefined) return { finding: 'no-role' };
  await ascent.identify();
  if (ascent.isElsewhere) return { finding: 'policies-elsewhere' };
  const tried = await ascent.role();
  if (!tried.ok) {
    const { refusal } = tried;
    if (isMissing(refusal)) return { finding: 'needs-unmet', detail: 'role', refusal };
    return refusal.code === 'access-denied'
      ? { finding: 'hidden', detail: 'these credentials may not do iam:GetRole', refusal }
      : generalOutcome(refusal);
  }
  if (access.trustedAccountId === undefined) return { finding: 'trust-read-alone' };
  const planned = plannedAccess(access, access.trustedAccountId, { name: '', inline: true });
  const document = readLiveDocument(tried.role.trustPolicy, 'trust');
  return { ...judgeTrust(document, planned, role.arn), requestId: tried.requestId };
}

function judgeTrust(document: LiveDocument, planned: DesiredAccess, roleArn: string): Outcome {
  if (meansTheSame(document, planned.role.trustPolicy)) return { finding: 'trust-as-planned' };
  const found = trustFindings(document, planned, planned.role.name);
  const wrong = found.filter(({ code }) => code !== 'narrowed-trust');
  const letIn = letsInTrusted(document, planned, roleArn);
  if (wrong.length > 0 || !letIn)
    return { finding: 'trust-wrong', ...told(wrong.length > 0 ? wrong : found, document) };
  const narrower = found.filter(({ statement }) => statement !== undefined);
  return { finding: 'trust-narrower', ...told(narrower, document) };
}

function told(found: readonly DriftFinding[], { problem }: LiveDocument): Pick<Outcome, 'detail' | 'causes'> {
  if (found.length === 0)
    return {
      detail: `unreadable-document: ${problem ?? 'it says something else than planned'}`,
      causes: ['unreadable-document'],
    };
  return {
    detail: found.map(({ code, message }) => `${code}: ${message}`).join('; '),
    causes: [...new Set(found.map(({ code }) => code))],
  };
}

/**
 * Whether the document lets somebody of the trusted account in with the external id, and nobody without it or with
 * another: asked of the evaluator, for every principal of that account that it names.
 */
function letsInTrusted(
  document: LiveDocument,
  { externalId, trustedAccountId }: DesiredAccess,
  roleArn: string,
): boolean {
  const callers = document.statements.flatMap(({ element }) =>
    callersNamed(element['Principal'], trustedAccountId),
  );
  return callers.some(
    (caller) =>
      allows(document, { caller, roleArn, externalId }) &&
      !allows(document, { caller, roleArn, externalId: undefined }) &&
      !allows(document, { caller, roleArn, externalId: `${externalId}x` }),
  );
}

function callersNamed(principal: unknown, account: string): Caller[] {
  if (!isObject(principal)) return [];
  return stringsOf(principal['AWS']).flatMap((name): Caller[] => {
    const [, partition = 'aws', , , owner] = name.split(':');
    if (name === account || name.endsWith(`:${account}:root`))
      return [{ arn: `arn:${partition}:iam::${account}:user/somebody`, account, kind: 'user' }];
    if (owner !== account) return [];
    return name.includes(':role/')
      ? [
          {
            arn: `arn:${partition}:sts::${account}:assumed-role/${name.slice(name.lastIndexOf('/') + 1)}/session`,
            account,
            kind: 'assumed-role',
            roleArn: name,
          },
        ]
      : [{ arn: name, account, kind: 'user' }];
  });
}

function allows(
  { statements, version }: LiveDocument,
  { caller, roleArn, externalId }: { caller: Caller; roleArn: string; externalId: string | undefined },
): boolean {
  const everything: PolicyDocument = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
  };
  const trust = {
    ...(version === undefined ? {} : { Version: version }),
    Statement: statements.map(({ element }) => element),
  } as unknown as PolicyDocument;
  try {
    return authorize(
      {
        caller,
        action: 'sts:AssumeRole',
        resource: roleArn,
        resourceAccount: roleArn.split(':')[4] ?? '',
        context: externalId === undefined ? {} : { 'sts:ExternalId': externalId },
      },
      { identity: [everything], resource: trust, resourceKind: 'role-trust' },
    ).allowed;
  } catch (error) {
    // An operator that AWS does not have, or a statement of another shape than the grammar's: it lets nobody in.
    if (error instanceof PolicyDocumentError || error instanceof TypeError) return false;
    throw error;
  }
}
