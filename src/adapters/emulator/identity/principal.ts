import type { Caller } from '../../../core/policy/authorize.ts';
import { findEntity, type Directory, type Session } from './directory.ts';

/** Who makes a request, once the signature is checked. */
export interface Principal {
  readonly caller: Caller;
  /** `AIDA…`, or `AROA…:session`. */
  readonly userId: string;
  readonly userName: string | undefined;
  readonly session: Session | undefined;
}

/** What a signature is checked against. */
export interface Credential {
  readonly secret: string;
  readonly principal: Principal;
}

/** Somebody without credentials. */
export const anonymous: Principal = {
  caller: { arn: '*', account: 'anonymous', kind: 'anonymous' },
  userId: 'anonymous',
  userName: undefined,
  session: undefined,
};

/** Finds the owner of an access key id; undefined where there is none, or where the key is not active. */
export function findCredential(directory: Directory, accessKeyId: string): Credential | undefined {
  const session = directory.sessions.get(accessKeyId);
  if (session !== undefined) return { secret: session.secret, principal: sessionPrincipal(session) };
  const key = directory.keys.get(accessKeyId);
  if (key === undefined || key.status !== 'Active') return undefined;
  const user = findEntity(directory, 'user', key.account, key.userName);
  if (user === undefined) return undefined;
  return {
    secret: key.secret,
    principal: {
      caller: { arn: user.arn, account: key.account, kind: 'user' },
      userId: user.uniqueId,
      userName: user.name,
      session: undefined,
    },
  };
}

function sessionPrincipal(session: Session): Principal {
  return {
    caller: {
      arn: `arn:aws:sts::${session.account}:assumed-role/${session.roleName}/${session.name}`,
      account: session.account,
      kind: 'assumed-role',
      roleArn: session.roleArn,
    },
    userId: `${session.roleUniqueId}:${session.name}`,
    userName: undefined,
    session,
  };
}
