import { quoted } from '../../language/shell-word.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { header } from './header.ts';
import type { RenderedFile } from './render-access.ts';

/** A script for any POSIX shell with the AWS CLI. It stops at the first call that fails. */
export function renderAwsCli(desired: DesiredAccess): RenderedFile[] {
  const { role, policy } = desired;
  const steps = policy.inline
    ? [createRole(desired), putPolicy(desired)]
    : [createPolicy(desired), createRole(desired), attachPolicy(desired)];
  const arn = command('get-role', [
    ['role-name', quoted(role.name)],
    ['query', 'Role.Arn'],
    ['output', 'text'],
  ]);
  const text = `#!/bin/sh\n${header(desired)}set -eu\n\n${[...steps, arn].join('\n\n')}\n`;
  return [{ file: 'create-access.sh', text }];
}

function createPolicy({ policy }: DesiredAccess): string {
  const call = command('create-policy', [
    ['policy-name', quoted(policy.name)],
    ['description', quoted(policy.description)],
    ['policy-document', quoted(JSON.stringify(policy.document))],
    ['tags', tagList(policy.tags)],
    ['query', 'Policy.Arn'],
    ['output', 'text'],
  ]);
  return `policy_arn=$(${call})`;
}

function createRole({ role }: DesiredAccess): string {
  const call = command('create-role', [
    ['role-name', quoted(role.name)],
    ['description', quoted(role.description)],
    ['assume-role-policy-document', quoted(JSON.stringify(role.trustPolicy))],
    ['tags', tagList(role.tags)],
  ]);
  return `${call} >/dev/null`;
}

function putPolicy({ role, policy }: DesiredAccess): string {
  return command('put-role-policy', [
    ['role-name', quoted(role.name)],
    ['policy-name', quoted(policy.name)],
    ['policy-document', quoted(JSON.stringify(policy.document))],
  ]);
}

function attachPolicy({ role }: DesiredAccess): string {
  return command('attach-role-policy', [
    ['role-name', quoted(role.name)],
    ['policy-arn', '"$policy_arn"'],
  ]);
}

function command(name: string, options: readonly (readonly [string, string])[]): string {
  return [`aws iam ${name}`, ...options.map(([option, value]) => `  --${option} ${value}`)].join(' \\\n');
}

function tagList(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => quoted(`Key=${key},Value=${value}`))
    .join(' ');
}
