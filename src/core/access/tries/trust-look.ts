import { nameOf } from '../../setup/answers/arns.ts';
import type { Caller } from '../../policy/authorize.ts';
import { externalIdsOf } from '../../setup/desired/desired-access.ts';
import { idsToTry } from '../../setup/documents/external-ids.ts';
import type { DriftFinding } from '../../setup/drift/finding.ts';
import type { LiveDocument } from '../../setup/documents/live-document.ts';
import { isObject, readLiveDocument, stringsOf } from '../../setup/documents/live-document.ts';
import { trustFindings } from '../../setup/drift/trust-findings.ts';
import type { TrustedAccess } from '../../setup/drift/trust-question.ts';
import { letsIn } from '../../setup/drift/trust-question.ts';
import type { Observations } from './observations.ts';
import { generalOutcome, isMissing } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { plannedAccess } from '../tested/planned-access.ts';

/** Rung 12: the trust policy, where it can be read. */
export async function lookAtTrust(observed: Observations): Promise<Outcome> {
  const { access } = observed;
  if (access.role === undefined) return { finding: 'no-role' };
  await observed.identify();
  if (observed.isElsewhere) return { finding: 'policies-elsewhere' };
  const tried = await observed.role();
  if (!tried.ok) {
    const { refusal } = tried;
    if (isMissing(refusal)) return { finding: 'needs-unmet', detail: 'role', refusal };
    return refusal.code === 'access-denied'
      ? { finding: 'hidden', detail: 'these credentials may not do iam:GetRole', refusal }
      : generalOutcome(refusal);
  }
  if (access.trustedAccountId === undefined) return { finding: 'trust-read-alone' };
  const planned = {
    ...plannedAccess(access, access.trustedAccountId, { name: '', inline: true }),
    nowMs: observed.permission.now(),
  };
  const document = readLiveDocument(tried.role.trustPolicy, 'trust');
  return { ...judgeTrust(document, planned), requestId: tried.requestId };
}

function judgeTrust(document: LiveDocument, planned: TrustedAccess): Outcome {
  const found = trustFindings(document, planned, planned.role.name);
  if (found.length === 0 && document.problem === undefined) return { finding: 'trust-as-planned' };
  const wrong = found.filter(({ code }) => code !== 'narrowed-trust');
  if (wrong.length > 0 || !letsSomebodyIn(document, planned))
    return { finding: 'trust-wrong', ...told(wrong.length > 0 ? wrong : found, document) };
  return {
    finding: 'trust-narrower',
    ...told(
      found.filter(({ statement }) => statement !== undefined),
      document,
    ),
  };
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

/** Whether anybody of the trusted account whom the document names is let in with the external id, and only with it. */
function letsSomebodyIn(live: LiveDocument, planned: TrustedAccess): boolean {
  const expected = externalIdsOf(planned);
  const others = idsToTry(live, expected);
  const callers = live.statements.flatMap(({ element }) =>
    callersNamed(element['Principal'], planned.trustedAccountId),
  );
  const verdict = (caller: Caller, externalId: string | undefined) =>
    letsIn({ live, statements: live.statements }, planned, { caller, externalId }).verdict;
  return callers.some(
    (caller) =>
      expected.every((id) => verdict(caller, id) !== 'denied') &&
      [undefined, ...others].every((id) => verdict(caller, id) === 'denied'),
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
            arn: `arn:${partition}:sts::${account}:assumed-role/${nameOf(name)}/session`,
            account,
            kind: 'assumed-role',
            roleArn: name,
          },
        ]
      : [{ arn: name, account, kind: 'user' }];
  });
}
