import { expect, test } from 'vitest';
import { lineIdentity } from '../../../../src/core/quarantine/line-identity.ts';

const line = { source: 'a', sourceHead: 'h', line: 1, offset: 10, reason: 'not-json', detail: 'd' } as const;
const bytes = Buffer.from('oops');

test('the same line set aside by two runs is one line, whatever they say of it', () => {
  expect(lineIdentity({ ...line, detail: 'other', reason: 'unknown-type', line: 7 }, bytes)).toBe(
    lineIdentity(line, bytes),
  );
});

test.each([
  ['another source', { ...line, source: 'b' }, bytes],
  ['a source of the same name that begins otherwise', { ...line, sourceHead: 'i' }, bytes],
  ['another place', { ...line, offset: 11 }, bytes],
  ['other bytes', line, Buffer.from('oopt')],
])('%s makes another line', (_, other, otherBytes) => {
  expect(lineIdentity(other, otherBytes)).not.toBe(lineIdentity(line, bytes));
});
