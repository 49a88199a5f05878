import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AUDIT_TYPES, describeEvents } from '../../../bench/generator/events.mjs';

const chunks = [
  ...describeEvents({
    seed: 2039,
    lines: 64,
    fromMs: Date.UTC(2026, 10, 9),
    hours: 96,
    types: { query: 18, system: 10, custom: 10, alert: 7, tokenization: 6, 'native-query': 9 },
    late: 0.08,
    place: [
      'truncated-json',
      'not-an-object',
      'unknown-type',
      'no-event-time',
      'impossible-event-time',
      'schema-violation',
      'blank',
    ],
  }),
];
const lines = chunks.flatMap(({ expectations }) => expectations);
const events = lines.filter(({ kind }) => kind === 'event');

test('examples/events.jsonl is what the command in its README writes', () => {
  expect(readFileSync('examples/events.jsonl').equals(Buffer.concat(chunks.map(({ bytes }) => bytes)))).toBe(
    true,
  );
  const flags = /cli\.mjs (--seed [\s\S]*?) > examples/.exec(
    readFileSync('examples/README.md', 'utf8').replaceAll(' \\\n ', ''),
  );
  expect(flags?.[1]).toBe(
    '--seed 2039 --lines 64 --from 2026-11-09T00:00:00Z --hours 96 --types query=18,system=10,custom=10,alert=7,tokenization=6,native-query=9 --late 0.08 --place truncated-json,not-an-object,unknown-type,no-event-time,impossible-event-time,schema-violation,blank',
  );
});

test('it has every audit type, on four days and one before, some of them late', () => {
  expect(events).toHaveLength(57);
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(AUDIT_TYPES));
  expect(new Set(events.map(({ date }) => date))).toEqual(
    new Set(['2026-11-08', '2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12']),
  );
  expect(events.filter(({ late }) => late).map(({ line }) => line)).toEqual([2, 25, 32, 49, 50]);
});

test('its README names the lines that are no events', () => {
  const table = [...readFileSync('examples/README.md', 'utf8').matchAll(/^\| (\d+) /gm)].map(([, line]) =>
    Number(line),
  );
  expect(table).toEqual(lines.filter(({ kind }) => kind !== 'event').map(({ line }) => line));
});
