import type { PolicyDocument } from '../../policy/document.ts';
import { asList } from '../../policy/language.ts';
import type { DeliveryHeaders } from '../answers/answers.ts';
import type { DeliveryRoute } from '../delivery/delivery.ts';

/** The one ACL that every bucket takes. */
const ownersAcl = 'bucket-owner-full-control';

/** The headers by which a bucket policy can choose, and the setting that sends each. */
const prefixes = {
  sse: 's3:x-amz-server-side-encryption',
  kmsKeyId: 's3:x-amz-server-side-encryption-aws-kms-key-id',
  storageClass: 's3:x-amz-storage-class',
  acl: 's3:x-amz-acl',
} as const;

/**
 * The settings, of those that the policy's own conditions name, with which deliveries pass; the fewest changes first.
 * Undefined where there are none, and where a vendor's service delivers, which sends what it sends.
 */
export function settingsThatPass(
  policy: PolicyDocument,
  { deliverer, headers = {} }: DeliveryRoute,
  passes: (headers: DeliveryHeaders) => boolean,
): DeliveryHeaders | undefined {
  if (deliverer === 'vendor') return undefined;
  const named = valuesByKey(policy);
  const plain = (key: string): string[] => (named.get(key) ?? []).filter((value) => !/[*?$]/.test(value));
  const asks = (key: string): boolean => named.has(key);
  const algorithms = asks(prefixes.sse) || asks(prefixes.kmsKeyId) ? ['AES256', 'aws:kms'] : [];
  const classes = asks(prefixes.storageClass)
    ? [...plain(prefixes.storageClass), 'STANDARD', 'STANDARD_IA']
    : [];
  const tags = tagsNamed(named);
  const encryptions: DeliveryHeaders[] = [
    ...algorithms.map((sse) => ({ sse, kmsKeyId: undefined })),
    ...plain(prefixes.kmsKeyId).map((kmsKeyId) => ({ sse: undefined, kmsKeyId })),
  ];
  const storages: DeliveryHeaders[] = classes.map((storageClass) => ({ storageClass }));
  const marks: DeliveryHeaders[] =
    tags.length === 0 ? [] : [{ tags: { ...headers.tags, ...Object.fromEntries(tags) } }];
  const acls: DeliveryHeaders[] = asks(prefixes.acl) ? [{ acl: ownersAcl }] : [];
  const choices = [
    ...encryptions,
    ...storages,
    ...acls,
    ...marks,
    ...(headers.storageClass === undefined ? [] : [{ storageClass: undefined }]),
    ...(headers.tags === undefined ? [] : [{ tags: undefined }]),
    ...encryptions.flatMap((one) => storages.map((other) => both(one, other))),
    ...[...encryptions, ...storages].flatMap((one) => [...acls, ...marks].map((other) => both(one, other))),
  ];
  const choice = choices.find((choice) => passes({ ...headers, ...choice }));
  if (choice === undefined) return undefined;
  // Only what is not so already.
  const names = Object.keys(choice) as (keyof DeliveryHeaders)[];
  return Object.fromEntries(
    names.flatMap((name) => (choice[name] === headers[name] ? [] : [[name, choice[name]]])),
  );
}

function both(one: DeliveryHeaders, other: DeliveryHeaders): DeliveryHeaders {
  return { ...one, ...other };
}

/** Of every condition key, in lower case, all the values that the policy tests it against. */
function valuesByKey(policy: PolicyDocument): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const { Condition: condition } of asList(policy.Statement))
    for (const keys of Object.values(condition ?? {}))
      for (const [name, values] of Object.entries(keys)) {
        const key = name.toLowerCase();
        named.set(key, [...(named.get(key) ?? []), ...asList(values).map(String)]);
      }
  return named;
}

function tagsNamed(named: ReadonlyMap<string, readonly string[]>): [string, string][] {
  return [...named].flatMap(([key, [value = '']]) =>
    key.startsWith('s3:requestobjecttag/')
      ? [[key.slice('s3:requestobjecttag/'.length), value] as [string, string]]
      : [],
  );
}
