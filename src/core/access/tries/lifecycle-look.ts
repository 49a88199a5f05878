import type { LifecycleRule } from '../../../ports/aws/access-prober.ts';
import { shellWord } from '../../language/shell-word.ts';
import type { Observations } from './observations.ts';
import { generalOutcome } from './outcome.ts';
import type { TestedAccess } from '../tested/tested-access.ts';
import type { Outcome } from './outcome.ts';

/** Audit logs that are gone before anybody asked for them: sooner than this, it is said. */
const soonDays = 90;
const dayMs = 24 * 60 * 60 * 1000;

/** Rung 12: whether rules of the bucket take deliveries away again. */
export async function lookAtLifecycle(observed: Observations): Promise<Outcome> {
  const { bucket } = observed.access;
  const tried = await observed.prober.bucket.lifecycle();
  if (!tried.ok) {
    const { refusal } = tried;
    return refusal.code === 'access-denied'
      ? { finding: 'hidden', detail: 'these credentials may not do s3:GetLifecycleConfiguration', refusal }
      : generalOutcome(refusal);
  }
  const { rules, requestId } = tried;
  const soon = rules.filter(
    (rule) => meets(rule, observed.access) && daysOf(rule, observed.permission.now()) < soonDays,
  );
  if (soon.length === 0) return { finding: 'nothing-expires-soon', requestId };
  const others = rules.filter((rule) => !soon.includes(rule));
  return {
    finding: 'expires-soon',
    detail: soon.map((rule, index) => `the rule ${rule.ID ?? index + 1} ${whenOf(rule)}`).join('; '),
    cure:
      others.length === 0
        ? `aws s3api delete-bucket-lifecycle --bucket ${bucket}`
        : `aws s3api put-bucket-lifecycle-configuration --bucket ${bucket} --lifecycle-configuration ${shellWord(JSON.stringify({ Rules: others }))}`,
    requestId,
  };
}

/** Whether the rule speaks of anything that is delivered: below the prefix, and with the tags that deliveries have. */
function meets(rule: LifecycleRule, { prefix, headers }: Pick<TestedAccess, 'prefix' | 'headers'>): boolean {
  const { Status: status, Filter: filter = {}, Prefix: plain = '' } = rule;
  const { And: both = {} } = filter;
  const begins = filter.Prefix ?? both.Prefix ?? plain;
  const place = prefix === '' ? '' : `${prefix}/`;
  const tags = [...(filter.Tag === undefined ? [] : [filter.Tag]), ...(both.Tags ?? [])];
  return (
    status === 'Enabled' &&
    (place.startsWith(begins) || begins.startsWith(place)) &&
    tags.every(({ Key: name = '', Value: value }) => headers.tags?.[name] === value)
  );
}

/** How long deliveries stay: those of tomorrow, or where a date is named, until then. */
function daysOf({ Expiration: expiration }: LifecycleRule, nowMs: number): number {
  if (expiration?.Date !== undefined) return (expiration.Date.getTime() - nowMs) / dayMs;
  return expiration?.Days ?? Number.POSITIVE_INFINITY;
}

function whenOf(rule: LifecycleRule): string {
  const { Expiration: expiration } = rule;
  const what = `removes what was delivered${sizesOf(rule)}`;
  return expiration?.Date === undefined
    ? `${what} after ${expiration?.Days ?? 0} ${expiration?.Days === 1 ? 'day' : 'days'}`
    : `${what}, from ${expiration.Date.toISOString().slice(0, 10)} on`;
}

function sizesOf({ Filter: filter = {} }: LifecycleRule): string {
  const { And: both = {} } = filter;
  const above = filter.ObjectSizeGreaterThan ?? both.ObjectSizeGreaterThan;
  const below = filter.ObjectSizeLessThan ?? both.ObjectSizeLessThan;
  const limits = [
    ...(above === undefined ? [] : [`larger than ${above} bytes`]),
    ...(below === undefined ? [] : [`smaller than ${below} bytes`]),
  ];
  return limits.length === 0 ? '' : ` (objects ${limits.join(' and ')})`;
}
