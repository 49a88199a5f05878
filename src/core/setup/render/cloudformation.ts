import { header } from './header.ts';
import type { PrintedAccess, RenderedFile } from './render-access.ts';

/**
 * A CloudFormation template. A managed policy carries no tags in it: AWS::IAM::ManagedPolicy has no such property
 * (CloudFormation Template Reference).
 */
export function renderCloudFormation(desired: PrintedAccess): RenderedFile[] {
  const { role, policy, purpose } = desired;
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: role.description,
    Resources: {
      ...(policy.inline ? {} : { DeliveryPolicy: managedPolicy(desired) }),
      DeliveryRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: role.name,
          Description: role.description,
          AssumeRolePolicyDocument: role.trustPolicy,
          ...(policy.inline
            ? { Policies: [{ PolicyName: policy.name, PolicyDocument: policy.document }] }
            : { ManagedPolicyArns: [{ Ref: 'DeliveryPolicy' }] }),
          Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
        },
      },
    },
    Outputs: {
      RoleArn: { Description: purpose, Value: { 'Fn::GetAtt': ['DeliveryRole', 'Arn'] } },
    },
  };
  const deploy = `# aws cloudformation deploy --template-file access.yaml --stack-name audit-export --capabilities CAPABILITY_NAMED_IAM\n`;
  return [{ file: 'access.yaml', text: `${header(desired)}${deploy}${blockOf(template, '')}` }];
}

function managedPolicy({ policy }: PrintedAccess): object {
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: policy.name,
      Description: policy.description,
      PolicyDocument: policy.document,
    },
  };
}

/** The members of an object as YAML. Every string is quoted as in JSON, which YAML reads as it is: 2012-10-17 is no date. */
function blockOf(object: object, indent: string): string {
  return Object.entries(object)
    .map(([key, value]) => `${indent}${yamlKey(key)}:${valueOf(value, indent)}`)
    .join('');
}

function valueOf(value: unknown, indent: string): string {
  if (Array.isArray(value)) return `\n${value.map((item: unknown) => itemOf(item, indent)).join('')}`;
  if (typeof value === 'object' && value !== null) return `\n${blockOf(value, `${indent}  `)}`;
  return ` ${JSON.stringify(value)}\n`;
}

/** An item of a list: its first member stands beside the dash. */
function itemOf(item: unknown, indent: string): string {
  if (typeof item !== 'object' || item === null) return `${indent}  - ${JSON.stringify(item)}\n`;
  return `${indent}  - ${blockOf(item, `${indent}    `).trimStart()}`;
}

function yamlKey(key: string): string {
  // YAML reads some words as values: `Null:` is no key of that name.
  const isWord = /^(null|true|false|yes|no|on|off|y|n)$/i.test(key);
  return /^[A-Za-z]+$/.test(key) && !isWord ? key : JSON.stringify(key);
}
