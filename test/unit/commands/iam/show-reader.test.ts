import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readerAccess } from '../../../../src/commands/iam/show-reader.ts';
import { showSettings } from '../../../../src/commands/iam/settings.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import { authorize } from '../../../../src/core/policy/authorize.ts';
import { parsePolicyDocument } from '../../../../src/core/policy/document.ts';
import { renderAccess, renderFormats } from '../../../../src/core/setup/render/render-access.ts';
import { callers } from '../../core/policy/requests.ts';
import { parseTerraform } from '../../terraform.ts';

const customer = '111122223333';
const profile = {
  to: 's3://acme-audit/altr',
  region: 'eu-central-1',
  bucketOwner: customer,
  setup: { roleName: 'ALTRPublishSIEMDataAcme' },
};

function accessOf(words: Record<string, string> = {}, of: typeof profile | null = profile) {
  const flags = Object.fromEntries(Object.entries(words).map(([flag, word]) => [flag, [word]]));
  const options = resolveSettings(showSettings, { flags, environment: {}, profile: undefined });
  return readerAccess({
    options,
    profile: of ?? undefined,
    ambientRegion: undefined,
  });
}

/** Whether the printed policy lets its role do this. */
function allows(
  access: ReturnType<typeof accessOf>,
  [action, resource, context = {}]: [string, string, Record<string, string>?],
): boolean {
  const identity = [parsePolicyDocument(JSON.stringify(access.policy.document))];
  const request = { caller: callers.session, action, resource, resourceAccount: customer, context };
  return authorize(request, { identity }).allowed;
}

describe('iam show --for reader', () => {
  test.each<[boolean, [string, string, Record<string, string>?]]>([
    [true, ['s3:GetObject', 'arn:aws:s3:::acme-audit/altr/audit_type=query/x.jsonl.gz']],
    [true, ['s3:ListBucket', 'arn:aws:s3:::acme-audit', { 's3:prefix': 'altr/audit_type=query/' }]],
    [true, ['s3:PutObject', 'arn:aws:s3:::acme-audit/curated/x.parquet']],
    [true, ['s3:GetObject', 'arn:aws:s3:::acme-audit/curated/x.parquet']],
    [false, ['s3:PutObject', 'arn:aws:s3:::acme-audit/altr/x']],
    [false, ['s3:DeleteObject', 'arn:aws:s3:::acme-audit/altr/x']],
    [false, ['s3:DeleteObject', 'arn:aws:s3:::acme-audit/curated/x']],
    [false, ['s3:GetObject', 'arn:aws:s3:::acme-audit/altrother/x']],
    [false, ['s3:GetObject', 'arn:aws:s3:::other/altr/x']],
    [false, ['s3:ListBucket', 'arn:aws:s3:::acme-audit', { 's3:prefix': 'private/' }]],
    [false, ['s3:ListBucket', 'arn:aws:s3:::acme-audit']],
    [false, ['athena:StartQueryExecution', `arn:aws:athena:eu-central-1:${customer}:workgroup/primary`]],
  ])('the role may (%s): %j', (allowed, asked) => {
    expect(allows(accessOf(), asked)).toBe(allowed);
  });

  test('lets queries run in Athena where its results have a place', () => {
    const access = accessOf({ 'athena-results': 's3://acme-athena/results' });
    expect(
      allows(access, ['athena:StartQueryExecution', `arn:aws:athena:eu-central-1:${customer}:workgroup/w`]),
    ).toBe(true);
    expect(
      allows(access, ['glue:GetTable', `arn:aws:glue:eu-central-1:${customer}:table/audit_export/query`]),
    ).toBe(true);
    expect(
      allows(access, ['glue:DeleteTable', `arn:aws:glue:eu-central-1:${customer}:table/audit_export/query`]),
    ).toBe(false);
    expect(allows(access, ['s3:PutObject', 'arn:aws:s3:::acme-athena/results/1.csv'])).toBe(true);
    expect(allows(access, ['s3:ListBucket', 'arn:aws:s3:::acme-athena', { 's3:prefix': 'results/1' }])).toBe(
      true,
    );
  });

  test('writes nothing with --curated none', () => {
    expect(JSON.stringify(accessOf({ curated: 'none' }).policy.document)).not.toContain('Put');
  });

  test('trusts the account of the bucket, or who is named', () => {
    expect(JSON.stringify(accessOf().role.trustPolicy)).toContain(`arn:aws:iam::${customer}:root`);
    const analyst = `arn:aws:iam::${customer}:role/team/Analyst`;
    expect(JSON.stringify(accessOf({ reader: analyst }).role.trustPolicy)).toContain(analyst);
  });

  test('never takes the name of the role that delivers', () => {
    expect(accessOf().role.name).toBe('AuditExportReader');
  });

  test.each([
    [{ reader: 'everybody' }, '--reader'],
    [{ bucket: 'No_Bucket' }, '--bucket'],
    [{ curated: './folder' }, '--curated'],
  ])('refuses %j and names the flag', (words, flag) => {
    expect(() => accessOf(words)).toThrow(flag);
  });

  test('says what is missing without a profile', () => {
    expect(() => accessOf({}, null)).toThrow('--bucket, --reader');
  });

  test('all formats make the same role and policy', async () => {
    const access = accessOf({ 'athena-results': 's3://acme-athena/results' });
    const texts = Object.fromEntries(
      renderFormats.map((format) => [format, renderAccess(access, format)[0]?.text ?? '']),
    );
    const wanted = JSON.parse(JSON.stringify(access.policy.document)) as unknown;
    const template = parse(texts['cloudformation'] ?? '') as {
      Resources: { DeliveryRole: { Properties: { Policies: { PolicyDocument: unknown }[] } } };
    };
    expect(template.Resources.DeliveryRole.Properties.Policies[0]?.PolicyDocument).toEqual(wanted);
    const module = await parseTerraform(texts['terraform'] ?? '');
    expect(Object.keys(module['resource'] as object)).toEqual(['aws_iam_role', 'aws_iam_role_policy']);
    expect(texts['aws-cli']).toContain(JSON.stringify(access.policy.document));
  });
});
