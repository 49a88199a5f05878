/** Reads generated lines without the generator's or the product's code. */
import { readFileSync } from 'node:fs';
import { describeEvents, generateEvents } from '../../../bench/generator/events.mjs';
import type { AuditType, Expectation, GeneratorOptions } from '../../../bench/generator/events.mjs';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface Line {
  readonly bytes: Buffer;
  readonly expectation: Expectation;
}

export function bytesOf(options: GeneratorOptions): Buffer {
  return Buffer.concat([...generateEvents(options)]);
}

export function linesOf(options: GeneratorOptions): Line[] {
  const chunks = [...describeEvents(options)];
  const stream = Buffer.concat(chunks.map(({ bytes }) => bytes));
  return chunks
    .flatMap(({ expectations }) => expectations)
    .map((expectation) => ({
      expectation,
      bytes: stream.subarray(expectation.byteOffset, expectation.byteOffset + expectation.byteLength),
    }));
}

export function parse(line: Line): Record<string, Json> {
  return JSON.parse(line.bytes.toString('utf8')) as Record<string, Json>;
}

/** The event time as an independent reader finds it in the line. */
export function readTime(event: Record<string, Json>): number {
  const time = event['eventTime'] ?? event['dt'] ?? event['EndTime'] ?? event['endTime'] ?? event['dateTime'];
  if (typeof time === 'number') return time;
  const text = JSON.stringify(time ?? null).replaceAll('"', '');
  if (/^\d{13}$/.test(text)) return Number(text);
  const [, date, clock, ms] = /^(\S{10})[T ](\d\d:\d\d:\d\d)\.(\d{3})\d*(?:Z| \+0000)$/.exec(text) ?? [];
  return new Date(`${date}T${clock}.${ms}Z`).getTime();
}

export function typeOf(event: Record<string, Json>): AuditType {
  if (event['recordType'] === 'nativeQuery' || event['RecordType'] === 'nativeQuery') return 'native-query';
  if (event['schema_version'] === 'v1.1.0') return 'alert';
  if (event['eventName'] === 'SnowflakeCI:QueryAudit') return 'query';
  if (event['eventName'] === 'SnowflakeCI:CustomAudit') return 'custom';
  return event['eventSource'] === 'Vaulted Tokenization' ? 'tokenization' : 'system';
}

/** Every path of `sample` is in `event` with the same JSON type; `{}` and `[]` in the event are accepted as empty. */
export function missingPaths(sample: Json, event: Json | undefined, path = ''): string[] {
  if (event === undefined) return [path];
  if (kindOf(sample) !== kindOf(event)) return [`${path}: ${kindOf(event)} for ${kindOf(sample)}`];
  if (Array.isArray(sample) && Array.isArray(event)) {
    return event.flatMap((item, index) => missingFromItem(sample, item, `${path}/${index}`));
  }
  if (!isObject(sample) || !isObject(event) || (Object.keys(event).length === 0 && path !== '')) return [];
  return Object.entries(sample).flatMap(([name, value]) =>
    missingPaths(value, event[name], `${path}/${name}`),
  );
}

/** An item of a list is like one of the sample's items. */
function missingFromItem(samples: Json[], item: Json, path: string): string[] {
  const missing = samples.map((sample) => missingPaths(sample, item, path));
  return missing.some((paths) => paths.length === 0) ? [] : (missing[0] ?? []);
}

export function isObject(value: Json): value is { [name: string]: Json } {
  return kindOf(value) === 'object';
}

export function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** A vendor's sample. Both of a query's lists of decisions may have decisions of either form. */
export function readSample(fixture: string): Record<string, Json> {
  const text = readFileSync(`test/fixtures/events/${fixture}.json`, 'utf8');
  const sample = JSON.parse(text) as Record<string, Json> & {
    eventDetails?: { result?: { tagPolicy?: Decisions } };
  };
  const decisions = sample.eventDetails?.result?.tagPolicy;
  if (decisions !== undefined) {
    const both = [...decisions.queryTimeDecision, ...decisions.auditTimeDecision];
    Object.assign(decisions, { queryTimeDecision: both, auditTimeDecision: both });
  }
  return sample;
}

interface Decisions {
  queryTimeDecision: Json[];
  auditTimeDecision: Json[];
}
