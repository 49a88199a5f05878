import type { ReasonCode } from '../../ports/store/quarantine.ts';

interface Reason {
  means: string;
  cure: string;
  /** Whether such a line may be no audit event at all, and be left out on request. A damaged event may not. */
  ignorable?: true;
}

/**
 * Why a line was set aside: the code that reports and the quarantine carry, what it means, and what to do.
 * Codes are a contract; texts are not.
 */
export const reasons = {
  'not-json': {
    means: 'not JSON',
    cure: 'Look at how the line was written or cut; a crash of the writer leaves half a line. Where such lines are no audit events: --ignore not-json',
    ignorable: true,
  },
  'invalid-utf8': {
    means: 'not UTF-8',
    cure: 'Write the source as UTF-8 (RFC 8259 allows nothing else).',
    ignorable: true,
  },
  'not-an-object': {
    means: 'JSON, but not an object',
    cure: 'An event is one JSON object a line.',
    ignorable: true,
  },
  'unknown-type': {
    means: 'no known audit type',
    cure: 'Describe the type in a JSON Schema and add it with --schema FILE. Where such lines are no audit events: --ignore unknown-type',
    ignorable: true,
  },
  'no-event-time': {
    means: 'no event time',
    cure: 'The type has its time elsewhere: see the eventTime of its schema.',
  },
  'impossible-event-time': {
    means: "an event time that can't be",
    cure: 'Seconds for milliseconds, a date that does not exist, or outside the years 1971 to 9999.',
  },
  'schema-violation': {
    means: 'does not match the schema of its type',
    cure: 'Compare the line with the schema; if the vendor changed the record, use a newer schema with --schema FILE.',
  },
  'too-long': {
    means: 'longer than the longest line allowed',
    cure: 'Raise --max-line if such long events are real.',
  },
} as const satisfies Record<ReasonCode, Reason>;

/** The reasons for which a line may be ignored. */
export const ignorableReasons = (Object.entries(reasons) as [ReasonCode, Reason][])
  .filter(([, { ignorable }]) => ignorable === true)
  .map(([code]) => code);
