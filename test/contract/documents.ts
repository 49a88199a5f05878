import type { Access } from './target.ts';

/** Policy documents that the claims are about. */
export function policy(Action: string | string[], Resource: string | string[], more: object = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
  });
}

/** A trust policy for a principal, with an external id where one is given. */
export function trust(principal: Access | string, externalId?: string): string {
  const AWS = typeof principal === 'string' ? principal : principal.principalArn;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS },
        Action: 'sts:AssumeRole',
        ...(externalId !== undefined && { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }),
      },
    ],
  });
}
