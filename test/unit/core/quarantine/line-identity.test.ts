import { expect, test } from 'vitest';
import { lineIdentity } from '../../../../src/core/quarantine/line-identity.ts';
import type { KeptLine } from '../../../../src/ports/store/quarantine-reader.ts';

const line = { source: 'a', sourceHead: 'h', line: 1, offset: 10, reason: 'not-json', detail: 'd' } as const;
const destination = { id: 'd'.repeat(32), text: 's3://acme' };
const bytes = Buffer.from('oops');
const kept: KeptLine = { line, destination, bytes, rawFile: undefined };
const long: KeptLine = { line, destination, bytes: undefined, rawFile: '/q/abc.raw' };

test('the same line set aside by two runs is one line, whatever they say of it', () => {
  const again = { ...line, detail: 'other', reason: 'unknown-type', line: 7 } as const;
  expect(lineIdentity({ ...kept, line: again })).toBe(lineIdentity(kept));
  expect(lineIdentity(kept)).toMatch(/^[0-9a-f]{32}$/);
});

test('a long line is the same wherever its file lies', () => {
  expect(lineIdentity({ ...long, rawFile: '/elsewhere/abc.raw' })).toBe(lineIdentity(long));
  expect(lineIdentity({ ...long, rawFile: '/q/abd.raw' })).not.toBe(lineIdentity(long));
});

test.each<[string, Partial<KeptLine>]>([
  ['another source', { line: { ...line, source: 'b' } }],
  ['a source of the same name that begins otherwise', { line: { ...line, sourceHead: 'i' } }],
  ['another place', { line: { ...line, offset: 11 } }],
  ['another destination', { destination: { ...destination, id: 'e'.repeat(32) } }],
  ['other bytes', { bytes: Buffer.from('oopt') }],
])('%s makes another line', (_, other) => {
  expect(lineIdentity({ ...kept, ...other })).not.toBe(lineIdentity(kept));
});
