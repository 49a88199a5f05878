import type { AwsMeaning } from './aws-error-meaning.ts';
import type { SdkError } from './sdk-error.ts';

/** A header that a server refuses, and what cures it: servers name it in the text alone. */
interface Refused {
  said: RegExp;
  why: string;
  cure: string;
}

/** The names of errors by which a header is refused. */
const names = new Set([
  'InvalidArgument',
  'InvalidRequest',
  'NotImplemented',
  'BadRequest',
  'MalformedTrailerError',
  'InvalidHeader',
  'UnsupportedHeader',
  'XNotImplemented',
]);

const refusals: readonly Refused[] = [
  {
    said: /content-md5 or x-amz-checksum/i,
    why: 'a bucket with Object Lock demands a checksum, and none was sent',
    cure: 'Unset AWS_REQUEST_CHECKSUM_CALCULATION, and request_checksum_calculation of the AWS profile.',
  },
  {
    said: /x-amz-(?:sdk-)?checksum|x-amz-trailer|checksum[- ]algorithm|aws-chunked|STREAMING-UNSIGNED/i,
    why: 'the server does not know the checksum that AWS asks for',
    cure: 'Set AWS_REQUEST_CHECKSUM_CALCULATION=WHEN_REQUIRED, which leaves it out.',
  },
  {
    said: /if-none-match|conditional (?:write|request|put)/i,
    why: 'the server has no conditional writes (If-None-Match), without which an object could be stored twice',
    cure: 'Use a server that has them: MinIO since 2024-04, Ceph since 19.2, or AWS.',
  },
  {
    said: /server-side-encryption|\bsse\b/i,
    why: 'the server does not take the encryption that was asked for',
    cure: 'Leave --sse and --kms-key-id out, or set up encryption in the server.',
  },
  {
    said: /x-amz-tagging|\btag(?:ging|s)\b/i,
    why: 'the server does not take the tags',
    cure: 'Leave --tag out.',
  },
  {
    said: /storage[- ]class/i,
    why: 'the server does not take the storage class',
    cure: 'Name one that it has with --storage-class, or leave it out.',
  },
  {
    said: /x-amz-acl|\bacl\b/i,
    why: 'the server does not take the ACL',
    cure: 'Leave --acl out.',
  },
  {
    said: /expected-bucket-owner/i,
    why: 'the server does not know the owner of the bucket by an account',
    cure: 'Leave --bucket-owner out.',
  },
];

/** What it means that a header was refused; undefined where it is about something else. */
export function headerMeaning({ name = '', message = '', Header = '' }: SdkError): AwsMeaning | undefined {
  if (!names.has(name)) return undefined;
  const refused = refusals.find(({ said }) => said.test(message) || said.test(Header));
  if (refused === undefined) return undefined;
  const { why, cure } = refused;
  return { code: 'not-supported', cause: 'final', why, cure };
}
