import type { StoreSettings } from '../session/push-host.ts';

/** How a bucket is written to, by the options of `push` or `test-access` and the role of the profile. */
export function storeSettingsOf(
  options: Omit<StoreSettings, 'role'>,
  role: { arn: string; externalId?: string | undefined } | undefined,
): StoreSettings {
  const { region, endpointUrl, pathStyle, bucketOwner, storageClass, kmsKeyId, sse, acl, tags } = options;
  return {
    region,
    endpointUrl,
    pathStyle,
    bucketOwner,
    storageClass,
    kmsKeyId,
    sse,
    acl,
    tags,
    role: role === undefined ? undefined : { arn: role.arn, externalId: role.externalId },
  };
}
