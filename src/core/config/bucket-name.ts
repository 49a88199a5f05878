import { characterProblem, lengthProblem } from '../language/text-problem.ts';

const reservedStarts = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const reservedEnds = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** What is wrong with the name of a bucket that is to be made (Amazon S3 User Guide, "General purpose bucket naming rules"). */
export function bucketProblem(text: string): string | undefined {
  const problem = shapeProblem(text);
  if (problem !== undefined) return problem;
  const end = reservedEnds.find((end) => text.endsWith(end));
  return end === undefined ? undefined : `AWS reserves names that end with ${end}`;
}

/**
 * What is wrong with the name of a bucket that may be there: an access point's alias is as good as a name, and buckets of before 2018
 * in us-east-1 may have upper case, underscores and 255 characters.
 */
export function knownBucketProblem(text: string): string | undefined {
  if (!/[A-Z_]/.test(text)) return shapeProblem(text);
  const problem =
    lengthProblem(text, 3, 255) ?? characterProblem(text, /[A-Za-z0-9._-]/, 'is not allowed in it');
  if (problem !== undefined) return problem;
  return /^[A-Za-z0-9].*[A-Za-z0-9]$/.test(text)
    ? dotsProblem(text)
    : 'it begins or ends with a dot, a dash or an underscore';
}

function shapeProblem(text: string): string | undefined {
  if (/^arn:[a-z-]+:s3[a-z-]*:.*accesspoint/.test(text))
    return 'it is an access point, and deliveries go to the bucket behind it';
  const basic =
    lengthProblem(text, 3, 63) ??
    (/[A-Z]/.test(text)
      ? 'it has upper-case letters'
      : characterProblem(text, /[a-z0-9.-]/, 'is not allowed in it'));
  if (basic !== undefined) return basic;
  if (!/^[a-z0-9].*[a-z0-9]$/.test(text)) return 'it begins or ends with a dot or a dash';
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return 'it looks like an IP address';
  const start = reservedStarts.find((start) => text.startsWith(start));
  return start === undefined ? dotsProblem(text) : `AWS reserves names that start with ${start}`;
}

function dotsProblem(text: string): string | undefined {
  return text.includes('..') ? 'it has two dots in a row' : undefined;
}
