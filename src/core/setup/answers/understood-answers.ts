import type { AnswerName } from './answers.ts';

type Answers = Partial<Record<AnswerName, string>>;

/**
 * What somebody means who gives an answer in another of AWS's spellings: an account id with dashes or in an ARN, a bucket
 * as `s3://bucket/prefix` or as an ARN, a role or policy by its ARN. A bucket may bring its prefix along.
 */
export function understood(name: AnswerName, typed: string): Answers {
  const text = typed.trim();
  switch (name) {
    case 'accountId':
      return { accountId: accountIn(text) };
    case 'bucket':
      return placeIn(text);
    case 'prefix':
      return folderIn(text);
    case 'roleName':
      return { roleName: nameIn(text, 'role') };
    case 'policyName':
      return { policyName: nameIn(text, 'policy') };
    default:
      return { [name]: text };
  }
}

function accountIn(text: string): string {
  const inArn = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):/.exec(text)?.[1];
  return inArn ?? (/^\d{4}-\d{4}-\d{4}$/.test(text) ? text.replaceAll('-', '') : text);
}

function placeIn(text: string): Answers {
  const [, bucket, prefix] = /^(?:s3:\/\/|arn:[a-z-]+:s3:::)([^/]+)(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket === undefined) return { bucket: text };
  const folder = (prefix ?? '').replace(/\/?\*?$/, '');
  return folder === '' ? { bucket } : { bucket, prefix: folder };
}

/** A folder may be named with its bucket, which then is said as well; the bucket alone is all of it. */
function folderIn(text: string): Answers {
  const { bucket = '', prefix = '/' } = placeIn(text);
  return bucket === text ? { prefix: text } : { bucket, prefix };
}

/** What is wrong where a folder is named with its bucket, and that is another one than the bucket that is named. */
export function otherBucketThan(bucket: string | undefined, folder: string | undefined): string | undefined {
  const named = folder === undefined ? undefined : folderIn(folder.trim()).bucket;
  if (named === undefined || bucket === undefined || named === placeIn(bucket.trim()).bucket)
    return undefined;
  return `it names the bucket ${named}, and the bucket is ${bucket}.`;
}

/** The account in the ARN of a role or policy, where one was typed for its name. */
export function accountOfName(typed: string): string | undefined {
  return /^arn:[a-z-]+:iam::(\d{12}):(?:role|policy)\//.exec(typed.trim())?.[1];
}

function nameIn(text: string, kind: 'role' | 'policy'): string {
  return new RegExp(`^arn:[a-z-]+:iam::\\d{12}:${kind}/(?:.*/)?([^/]+)$`).exec(text)?.[1] ?? text;
}
