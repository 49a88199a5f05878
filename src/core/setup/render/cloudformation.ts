import { renderYaml } from '../../language/yaml.ts';
import type { DesiredAccess } from '../desired/desired-access.ts';
import { header } from './header.ts';
import type { RenderedFile } from './render-access.ts';

/**
 * A CloudFormation template. A managed policy carries no tags in it: AWS::IAM::ManagedPolicy has no such property
 * (CloudFormation Template Reference).
 */
export function renderCloudFormation(desired: DesiredAccess): RenderedFile[] {
  const { role, policy } = desired;
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
      RoleArn: { Description: 'The ARN for the vendor', Value: { 'Fn::GetAtt': ['DeliveryRole', 'Arn'] } },
    },
  };
  const deploy = `# aws cloudformation deploy --template-file access.yaml --stack-name audit-export --capabilities CAPABILITY_NAMED_IAM\n`;
  return [{ file: 'access.yaml', text: `${header(desired)}${deploy}${renderYaml(template)}` }];
}

function managedPolicy({ policy }: DesiredAccess): object {
  return {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: {
      ManagedPolicyName: policy.name,
      Description: policy.description,
      PolicyDocument: policy.document,
    },
  };
}
