/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { contract, refusal } from './contract.ts';

contract('S3 buckets', (server, claim) => {
  claim('a new bucket can be found and is in the list of its owner', async () => {
    const Bucket = await server.bucket();
    const head = await server.s3().send(new HeadBucketCommand({ Bucket }));
    expect(head.BucketRegion).toBe(server.target.region);
    const { Buckets = [] } = await server.s3().send(new ListBucketsCommand());
    expect(Buckets.map(({ Name }) => Name)).toContain(Bucket);
  });

  claim('the location of a bucket is its region, and empty for us-east-1', async () => {
    const near = await server.bucket('us-east-1');
    expect(
      (await server.s3().send(new GetBucketLocationCommand({ Bucket: near }))).LocationConstraint ?? '',
    ).toBe('');
    const far = await server.bucket('eu-west-1');
    const client = server.s3(server.customer, { region: 'eu-west-1' });
    expect((await client.send(new GetBucketLocationCommand({ Bucket: far }))).LocationConstraint).toBe(
      'eu-west-1',
    );
  });

  claim('a bucket that does not exist is 404', async () => {
    const head = server.s3().send(new HeadBucketCommand({ Bucket: server.uniqueName('nobody') }));
    expect(await refusal(head)).toMatchObject({ status: 404 });
  });

  claim('creating a bucket again is BucketAlreadyOwnedByYou', async () => {
    const Bucket = await server.bucket('eu-west-1');
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
    const client = server.s3(server.customer, { region: 'eu-west-1' });
    const again = client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    expect(await refusal(again)).toMatchObject({ name: 'BucketAlreadyOwnedByYou', status: 409 });
  });

  claim('a bucket is not made in another region than the endpoint is for', async () => {
    const Bucket = server.uniqueName('audit-export-contract');
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
    const client = server.s3(server.customer, { region: 'us-west-2' });
    const create = client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    expect(await refusal(create)).toMatchObject({ name: 'IllegalLocationConstraintException', status: 400 });
  });

  claim('a name with capitals or an underscore is InvalidBucketName', async () => {
    const create = server.s3().send(new CreateBucketCommand({ Bucket: 'Audit_Export' }));
    expect(await refusal(create)).toMatchObject({ name: 'InvalidBucketName', status: 400 });
  });

  claim('a bucket with something in it is not deleted', async () => {
    const Bucket = await server.bucket();
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const remove = server.s3().send(new DeleteBucketCommand({ Bucket }));
    expect(await refusal(remove)).toMatchObject({ name: 'BucketNotEmpty', status: 409 });
  });

  claim('default encryption is kept', async () => {
    const Bucket = await server.bucket();
    const KMSMasterKeyID = `arn:aws:kms:${server.target.region}:${server.customer.accountId}:key/11111111-aaaa-4bbb-8ccc-000000000001`;
    const Rules = [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID },
        BucketKeyEnabled: true,
      },
    ];
    await server
      .s3()
      .send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const got = await server.s3().send(new GetBucketEncryptionCommand({ Bucket }));
    expect(got.ServerSideEncryptionConfiguration).toMatchObject({ Rules });
  });

  claim('public access is blocked, and can be opened and blocked again', async () => {
    const Bucket = await server.bucket();
    await server.s3().send(new DeletePublicAccessBlockCommand({ Bucket }));
    const none = server.s3().send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(await refusal(none)).toMatchObject({ name: 'NoSuchPublicAccessBlockConfiguration', status: 404 });
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    await server.s3().send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    const got = await server.s3().send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(got.PublicAccessBlockConfiguration).toEqual(PublicAccessBlockConfiguration);
  });

  claim('a new bucket blocks all public access', async () => {
    const Bucket = await server.bucket();
    const got = await server.s3().send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(got.PublicAccessBlockConfiguration).toMatchObject({
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
  });

  claim('object ownership is kept', async () => {
    const Bucket = await server.bucket();
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
    await server.s3().send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    const got = await server.s3().send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(got.OwnershipControls).toEqual(OwnershipControls);
  });

  claim('an ACL is refused where the owner owns every object', async () => {
    const Bucket = await server.bucket();
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
    await server.s3().send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    const put = server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ACL: 'public-read' }));
    expect(await refusal(put)).toMatchObject({ name: 'AccessControlListNotSupported', status: 400 });
  });

  claim('with versioning, a delete hides and every version stays', async () => {
    const Bucket = await server.bucket();
    expect((await server.s3().send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await server.s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    expect((await server.s3().send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const first = await server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'first' }));
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'second' }));
    const deleted = await server.s3().send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(deleted.DeleteMarker).toBe(true);
    expect(await refusal(server.s3().send(new HeadObjectCommand({ Bucket, Key: 'a' })))).toMatchObject({
      status: 404,
    });
    const { VersionId } = first;
    const old = await server.s3().send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }));
    expect(await old.Body!.transformToString()).toBe('first');
    const all = await server.s3().send(new ListObjectVersionsCommand({ Bucket }));
    expect([all.Versions?.length, all.DeleteMarkers?.length]).toEqual([2, 1]);
  });

  claim('If-None-Match: * may write where a delete marker is', async () => {
    const Bucket = await server.bucket();
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await server.s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await server.s3().send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'y', IfNoneMatch: '*' }));
  });

  claim('a bucket policy is kept, and a bucket without one says so', async () => {
    const Bucket = await server.bucket();
    const statement = {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
      Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const none = server.s3().send(new GetBucketPolicyCommand({ Bucket }));
    expect(await refusal(none)).toMatchObject({ name: 'NoSuchBucketPolicy', status: 404 });
    await server.s3().send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const got = await server.s3().send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(got.Policy ?? '')).toEqual(JSON.parse(Policy));
    await server.s3().send(new DeleteBucketPolicyCommand({ Bucket }));
  });

  claim('a bucket policy that is no JSON is MalformedPolicy', async () => {
    const Bucket = await server.bucket();
    const put = server.s3().send(new PutBucketPolicyCommand({ Bucket, Policy: '{"Statement":' }));
    expect(await refusal(put)).toMatchObject({ name: 'MalformedPolicy', status: 400 });
  });

  claim(
    'Object Lock is there from the creation of the bucket, and a locked version can not be deleted',
    async () => {
      const Bucket = await server.bucket(undefined, { objectLock: true });
      const Rule = { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } };
      const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule };
      await server.s3().send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
      const got = await server.s3().send(new GetObjectLockConfigurationCommand({ Bucket }));
      expect(got.ObjectLockConfiguration).toMatchObject(ObjectLockConfiguration);
      const { VersionId } = await server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
      const head = await server.s3().send(new HeadObjectCommand({ Bucket, Key: 'a' }));
      expect(head.ObjectLockMode).toBe('GOVERNANCE');
      const remove = server.s3().send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }));
      expect(await refusal(remove)).toMatchObject({ name: 'AccessDenied', status: 403 });
    },
  );

  claim('a bucket without Object Lock says so', async () => {
    const Bucket = await server.bucket();
    const get = server.s3().send(new GetObjectLockConfigurationCommand({ Bucket }));
    expect(await refusal(get)).toMatchObject({ name: 'ObjectLockConfigurationNotFoundError', status: 404 });
  });

  claim('notification to EventBridge is switched on and off', async () => {
    const Bucket = await server.bucket();
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await server
      .s3()
      .send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const on = await server.s3().send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(on.EventBridgeConfiguration).toBeDefined();
    await server
      .s3()
      .send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }));
    const off = await server.s3().send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(off.EventBridgeConfiguration).toBeUndefined();
  });

  claim('tags of a bucket are kept, and a bucket without any says so', async () => {
    const Bucket = await server.bucket();
    const none = server.s3().send(new GetBucketTaggingCommand({ Bucket }));
    expect(await refusal(none)).toMatchObject({ name: 'NoSuchTagSet', status: 404 });
    const TagSet = [{ Key: 'owner', Value: 'audit-export' }];
    await server.s3().send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await server.s3().send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
  });
});
