import type { DesiredAccess } from '../desired/desired-access.ts';
import { header } from './header.ts';
import type { RenderedFile } from './render-access.ts';

/** A module for Terraform or OpenTofu with the AWS provider; the provider itself is configured by who uses it. */
export function renderTerraform(desired: DesiredAccess): RenderedFile[] {
  const { role, policy } = desired;
  const name = 'audit_export';
  const blocks = [
    requiredProviders,
    ...(policy.inline
      ? []
      : [
          block(`resource "aws_iam_policy" "${name}"`, [
            ['name', policy.name],
            ['description', policy.description],
            ['policy', call('jsonencode', policy.document)],
            ['tags', policy.tags],
          ]),
        ]),
    block(`resource "aws_iam_role" "${name}"`, [
      ['name', role.name],
      ['description', role.description],
      ['assume_role_policy', call('jsonencode', role.trustPolicy)],
      ['tags', role.tags],
    ]),
    policy.inline
      ? block(`resource "aws_iam_role_policy" "${name}"`, [
          ['name', policy.name],
          ['role', reference(`aws_iam_role.${name}.name`)],
          ['policy', call('jsonencode', policy.document)],
        ])
      : block(`resource "aws_iam_role_policy_attachment" "${name}"`, [
          ['role', reference(`aws_iam_role.${name}.name`)],
          ['policy_arn', reference(`aws_iam_policy.${name}.arn`)],
        ]),
    block('output "role_arn"', [['value', reference(`aws_iam_role.${name}.arn`)]]),
  ];
  return [{ file: 'access.tf', text: `${header(desired)}\n${blocks.join('\n')}` }];
}

/** The first version of the provider that tags policies and roles alike. */
const requiredProviders = `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0"
    }
  }
}
`;

/** An expression that stands as it is, not as a string. */
interface Expression {
  readonly expression: (indent: string) => string;
}

function reference(text: string): Expression {
  return { expression: () => text };
}

function call(name: string, argument: unknown): Expression {
  return { expression: (indent) => `${name}(${expressionOf(argument, indent)})` };
}

function block(head: string, members: readonly (readonly [string, unknown])[]): string {
  return `${head} {\n${argumentsOf(members, '  ')}}\n`;
}

function argumentsOf(members: readonly (readonly [string, unknown])[], indent: string): string {
  const texts = members.map(([name, value]) => [hclKey(name), expressionOf(value, indent)] as const);
  const widths = columnWidths(texts);
  return texts
    .map(([name, text], index) => `${indent}${name.padEnd(widths[index] ?? 0)} = ${text}\n`)
    .join('');
}

/** `terraform fmt` lines up neighbouring arguments; one that runs over several lines ends the group. */
function columnWidths(texts: readonly (readonly [string, string])[]): number[] {
  const widths: number[] = [];
  for (let from = 0; from < texts.length;) {
    let to = from;
    while (to < texts.length && !(texts[to]?.[1] ?? '').includes('\n')) to++;
    const group = to === from ? [from] : Array.from({ length: to - from }, (_, at) => from + at);
    const width = Math.max(...group.map((at) => (texts[at]?.[0] ?? '').length));
    for (const at of group) widths[at] = width;
    from += group.length;
  }
  return widths;
}

function expressionOf(value: unknown, indent: string): string {
  if (isExpression(value)) return value.expression(indent);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return `[\n${value.map((item: unknown) => `${inner}${expressionOf(item, inner)},\n`).join('')}${indent}]`;
  if (typeof value === 'object' && value !== null)
    return `{\n${argumentsOf(Object.entries(value), inner)}${indent}}`;
  return hclString(String(value));
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'expression' in value;
}

/** Terraform language, "Strings and Templates": `${` and `%{` are written doubled. */
function hclString(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

function hclKey(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : hclString(name);
}
