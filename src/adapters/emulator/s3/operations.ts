import {
  deleteBucket,
  createBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
} from './buckets/bucket-operations.ts';
import {
  deleteBucketPolicy,
  getBucketPolicy,
  getBucketPolicyStatus,
  putBucketPolicy,
} from './buckets/bucket-policy.ts';
import { deleteSetting, getSetting, putSetting } from './buckets/bucket-settings.ts';
import { deleteObject, deleteObjects } from './objects/delete-objects.ts';
import { getObject } from './objects/get-object.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './objects/list-objects.ts';
import { putNotifications } from './buckets/notifications.ts';
import { putObject } from './objects/put-object.ts';
import type { BucketCall, ObjectCall, Run, S3Call } from './s3-call.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './objects/tags.ts';

/** What an operation is about decides what is checked before it runs; `action` is what the caller must be allowed. */
export type S3Operation =
  | { readonly about: 'service'; readonly run: Run<S3Call> }
  | { readonly about: 'bucket'; readonly action: string | undefined; readonly run: Run<BucketCall> }
  | { readonly about: 'object'; readonly action: string; readonly run: Run<ObjectCall> }
  /** Authorised, so that a test of rights sees the truth, but not there. */
  | { readonly about: 'missing'; readonly action: string };

const onBucket = (action: string | undefined, run: Run<BucketCall>): S3Operation => ({
  about: 'bucket',
  action,
  run,
});
const onObject = (action: string, run: Run<ObjectCall>): S3Operation => ({ about: 'object', action, run });
const missing = (action: string): S3Operation => ({ about: 'missing', action });

/** The operations by name. */
export const operations: Readonly<Record<string, S3Operation>> = {
  ListBuckets: { about: 'service', run: listBuckets },
  CreateBucket: { about: 'service', run: createBucket },
  HeadBucket: onBucket('s3:ListBucket', headBucket),
  DeleteBucket: onBucket('s3:DeleteBucket', deleteBucket),
  GetBucketLocation: onBucket('s3:GetBucketLocation', getBucketLocation),
  GetBucketPolicy: onBucket('s3:GetBucketPolicy', getBucketPolicy),
  PutBucketPolicy: onBucket('s3:PutBucketPolicy', putBucketPolicy),
  DeleteBucketPolicy: onBucket('s3:DeleteBucketPolicy', deleteBucketPolicy),
  GetBucketPolicyStatus: onBucket('s3:GetBucketPolicyStatus', getBucketPolicyStatus),
  ...settingOperations('encryption', 'BucketEncryption', 'EncryptionConfiguration'),
  ...settingOperations('publicAccessBlock', 'PublicAccessBlock', 'BucketPublicAccessBlock'),
  ...settingOperations('ownershipControls', 'BucketOwnershipControls', 'BucketOwnershipControls'),
  ...settingOperations('versioning', 'BucketVersioning', 'BucketVersioning'),
  ...settingOperations('object-lock', 'ObjectLockConfiguration', 'BucketObjectLockConfiguration'),
  ...settingOperations('notification', 'BucketNotificationConfiguration', 'BucketNotification'),
  PutBucketNotificationConfiguration: onBucket('s3:PutBucketNotification', putNotifications),
  ...settingOperations('tagging', 'BucketTagging', 'BucketTagging'),
  ...settingOperations('lifecycle', 'BucketLifecycleConfiguration', 'LifecycleConfiguration'),
  ...settingOperations('acl', 'BucketAcl', 'BucketAcl'),
  ListObjectsV2: onBucket('s3:ListBucket', listObjectsV2),
  ListObjects: onBucket('s3:ListBucket', listObjects),
  ListObjectVersions: onBucket('s3:ListBucketVersions', listObjectVersions),
  DeleteObjects: onBucket(undefined, deleteObjects),
  PutObject: onObject('s3:PutObject', putObject),
  GetObject: onObject('s3:GetObject', getObject),
  HeadObject: onObject('s3:GetObject', getObject),
  DeleteObject: onObject('s3:DeleteObject', deleteObject),
  GetObjectTagging: onObject('s3:GetObjectTagging', getObjectTagging),
  PutObjectTagging: onObject('s3:PutObjectTagging', putObjectTagging),
  DeleteObjectTagging: onObject('s3:DeleteObjectTagging', deleteObjectTagging),
  CopyObject: missing('s3:PutObject'),
  GetObjectAcl: missing('s3:GetObjectAcl'),
  PutObjectAcl: missing('s3:PutObjectAcl'),
  GetObjectRetention: missing('s3:GetObjectRetention'),
  PutObjectRetention: missing('s3:PutObjectRetention'),
  GetObjectLegalHold: missing('s3:GetObjectLegalHold'),
  PutObjectLegalHold: missing('s3:PutObjectLegalHold'),
  GetObjectAttributes: missing('s3:GetObjectAttributes'),
};

/** Operation names and IAM actions of a setting differ, and deleting needs the right to put. */
function settingOperations(name: string, operation: string, action: string): Record<string, S3Operation> {
  return {
    [`Get${operation}`]: onBucket(`s3:Get${action}`, getSetting(name)),
    [`Put${operation}`]: onBucket(`s3:Put${action}`, putSetting(name)),
    [`Delete${operation.replace('LifecycleConfiguration', 'Lifecycle')}`]: onBucket(
      `s3:Put${action}`,
      deleteSetting(name),
    ),
  };
}
