import { header } from './header.ts';
import type { PrintedAccess, RenderedFile } from './render-access.ts';

/** A script for any POSIX shell with the AWS CLI. It stops at the first call that fails. */
export function renderAwsCli(desired: PrintedAccess): RenderedFile[] {
  const { role, policy } = desired;
  const steps = policy.inline
    ? [createRole(desired), putPolicy(desired)]
    : [createPolicy(desired), createRole(desired), attachPolicy(desired)];
  const arn = command('get-role', [
    ['role-name', quote(role.name)],
    ['query', 'Role.Arn'],
    ['output', 'text'],
  ]);
  const text = `#!/bin/sh\n${header(desired)}set -eu\n\n${[...steps, arn].join('\n\n')}\n`;
  return [{ file: 'create-access.sh', text }];
}

function createPolicy({ policy }: PrintedAccess): string {
  const call = command('create-policy', [
    ['policy-name', quote(policy.name)],
    ['description', quote(policy.description)],
    ['policy-document', quote(JSON.stringify(policy.document))],
    ['tags', tagList(policy.tags)],
    ['query', 'Policy.Arn'],
    ['output', 'text'],
  ]);
  return `policy_arn=$(${call})`;
}

function createRole({ role }: PrintedAccess): string {
  const call = command('create-role', [
    ['role-name', quote(role.name)],
    ['description', quote(role.description)],
    ['assume-role-policy-document', quote(JSON.stringify(role.trustPolicy))],
    ['tags', tagList(role.tags)],
  ]);
  return `${call} >/dev/null`;
}

function putPolicy({ role, policy }: PrintedAccess): string {
  return command('put-role-policy', [
    ['role-name', quote(role.name)],
    ['policy-name', quote(policy.name)],
    ['policy-document', quote(JSON.stringify(policy.document))],
  ]);
}

function attachPolicy({ role }: PrintedAccess): string {
  return command('attach-role-policy', [
    ['role-name', quote(role.name)],
    ['policy-arn', '"$policy_arn"'],
  ]);
}

function command(name: string, options: readonly (readonly [string, string])[]): string {
  return [`aws iam ${name}`, ...options.map(([option, value]) => `  --${option} ${value}`)].join(' \\\n');
}

function tagList(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => quote(`Key=${key},Value=${value}`))
    .join(' ');
}

/** A word for a POSIX shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
