import { WireError } from '../../wire/wire-error.ts';
import { childrenNamed, textAt, type XmlElement } from '../../xml/read-xml.ts';
import { malformedXml } from '../s3-call.ts';

/** One `QueueConfiguration`: which events of which keys go to which queue. */
export interface NotificationRule {
  readonly id: string;
  readonly queueArn: string;
  /** As `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/** What a bucket tells others of its objects. */
export interface Notifications {
  readonly rules: readonly NotificationRule[];
  readonly eventBridge: boolean;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const knownEvents =
  /^s3:(?:TestEvent|ReducedRedundancyLostObject|LifecycleTransition|IntelligentTiering|ObjectAcl:Put|Object(?:Created|Removed|Restore|Tagging):[A-Za-z*]+|Replication:[A-Za-z*]+|LifecycleExpiration:[A-Za-z*]+)$/;

/** Reads a `NotificationConfiguration`. Throws `WireError` MalformedXML or InvalidArgument. */
export function readNotifications(body: XmlElement): Notifications {
  const rules = childrenNamed(body, 'QueueConfiguration').map((element, index) => readRule(element, index));
  for (const [index, rule] of rules.entries()) {
    if (rules.slice(0, index).some((other) => overlap(rule, other))) {
      throw invalid(
        'Configurations overlap. Configurations on the same bucket cannot share a common event type.',
      );
    }
  }
  const [other] = ['TopicConfiguration', 'CloudFunctionConfiguration'].flatMap((name) =>
    childrenNamed(body, name),
  );
  if (other !== undefined) throw cantValidate();
  return { rules, eventBridge: childrenNamed(body, 'EventBridgeConfiguration').length > 0 };
}

/** A destination that is not there, or that does not let S3 in. */
export function cantValidate(): WireError {
  return invalid('Unable to validate the following destination configurations');
}

/** Whether a rule speaks of this event (`ObjectCreated:Put`) of this key. */
export function concerns(rule: NotificationRule, event: string, key: string): boolean {
  const isNamed = rule.events.some((pattern) =>
    pattern.endsWith('*') ? `s3:${event}`.startsWith(pattern.slice(0, -1)) : `s3:${event}` === pattern,
  );
  return isNamed && key.startsWith(rule.prefix) && key.endsWith(rule.suffix);
}

function readRule(element: XmlElement, index: number): NotificationRule {
  const queueArn = textAt(element, 'Queue');
  const events = childrenNamed(element, 'Event').map(({ text }) => text.trim());
  if (queueArn === undefined || events.length === 0) throw malformedXml();
  const unknown = events.find((event) => !knownEvents.test(event));
  if (unknown !== undefined) throw invalid(`The event '${unknown}' is not supported for notifications`);
  const filters = childrenNamed(element, 'Filter')
    .flatMap((filter) => childrenNamed(filter, 'S3Key'))
    .flatMap((key) => childrenNamed(key, 'FilterRule'))
    .map((rule): [string, string] => [
      (textAt(rule, 'Name') ?? '').toLowerCase(),
      decode(textAt(rule, 'Value') ?? ''),
    ]);
  if (filters.some(([name]) => name !== 'prefix' && name !== 'suffix'))
    throw invalid('filter rule name must be either prefix or suffix');
  const valueOf = (wanted: string): string => filters.find(([name]) => name === wanted)?.[1] ?? '';
  return {
    id: textAt(element, 'Id') ?? `rule-${index + 1}`,
    queueArn,
    events,
    prefix: valueOf('prefix'),
    suffix: valueOf('suffix'),
  };
}

/** Filters are written URL-encoded where they hold special characters. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}

function overlap(one: NotificationRule, other: NotificationRule): boolean {
  const kinds = (rule: NotificationRule): string[] => rule.events.map((event) => event.replace(/\*$/, ''));
  const shareEvent = kinds(one).some((a) => kinds(other).some((b) => a.startsWith(b) || b.startsWith(a)));
  const meet = (a: string, b: string, within: 'startsWith' | 'endsWith'): boolean =>
    a[within](b) || b[within](a);
  return (
    shareEvent && meet(one.prefix, other.prefix, 'startsWith') && meet(one.suffix, other.suffix, 'endsWith')
  );
}

function invalid(message: string): WireError {
  return new WireError(400, 'InvalidArgument', message);
}
