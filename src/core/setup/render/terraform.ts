import { block, call, reference } from '../../language/hcl.ts';
import { header } from './header.ts';
import type { PrintedAccess, RenderedFile } from './render-access.ts';

/** A module for Terraform or OpenTofu with the AWS provider; the provider itself is configured by who uses it. */
export function renderTerraform(desired: PrintedAccess): RenderedFile[] {
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
