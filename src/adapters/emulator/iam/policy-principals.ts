import type { PolicyDocument, Statement } from '../../../core/policy/document.ts';
import { findEntityByArn, type Directory } from '../identity/directory.ts';
import { valueAt } from '../identity/versioned.ts';

/**
 * The first principal of a policy that does not exist: AWS refuses such policies. Accounts are taken as they come, as are
 * services, federated and canonical users; users and roles must exist at `time` (a new one is not known everywhere at once).
 */
export function unknownPrincipal(
  directory: Directory,
  document: PolicyDocument,
  time: number,
): string | undefined {
  return [document.Statement]
    .flat()
    .flatMap((statement) => awsPrincipals(statement))
    .find((principal) => !isKnown(directory, principal, time));
}

function awsPrincipals(statement: Statement): readonly string[] {
  return [statement.Principal, statement.NotPrincipal].flatMap((principals) => {
    if (principals === undefined) return [];
    return typeof principals === 'string' ? [principals] : [principals.AWS ?? []].flat();
  });
}

function isKnown(directory: Directory, principal: string, time: number): boolean {
  if (principal === '*' || /^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:root)$/.test(principal)) return true;
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(principal);
  if (session !== null) return true;
  const [, account = ''] = /^arn:aws:iam::(\d{12}):(?:user|role)\/[^*?]+$/.exec(principal) ?? [];
  if (account === '') return false;
  // Of accounts that are not part of the rehearsal nothing is known.
  if (!directory.accounts.has(account)) return true;
  const entity = findEntityByArn(directory, principal);
  return entity !== undefined && valueAt(entity.grants, time) !== undefined;
}
