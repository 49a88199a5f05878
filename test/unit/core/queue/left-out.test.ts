import { expect, test } from 'vitest';
import { leftOut } from '../../../../src/core/queue/named-object.ts';
import { objectKey } from '../../../../src/core/layout/object-key.ts';

const written = [{ bucket: 'audit', prefix: 'export' }];
const ours = objectKey({
  prefix: 'export',
  folder: 'audit_type=query/event_date=2026-11-23',
  earliestMs: Date.UTC(2026, 10, 23),
  sha256: 'ab'.repeat(32),
  extension: '.jsonl.gz',
});

test.each([
  ['what a run delivers to the place it reads from', { bucket: 'audit', key: ours }, 'own'],
  ['the same in another compression', { bucket: 'audit', key: ours.replace('.gz', '.zst') }, 'own'],
  ['the same, uncompressed', { bucket: 'audit', key: ours.replace('.gz', '') }, 'own'],
  ['an export of another bucket', { bucket: 'elsewhere', key: ours }, undefined],
  [
    'an export beside the one that is written',
    { bucket: 'audit', key: ours.replace('export', 'old') },
    undefined,
  ],
  ['another object below the same prefix', { bucket: 'audit', key: 'export/raw/a.jsonl.gz' }, undefined],
  ['a manifest', { bucket: 'elsewhere', key: 'x/_audit-export/manifests/a.json' }, 'own'],
  [
    'the probe of an access test',
    { bucket: 'raw', key: 'altr/audit_type=query/event_date=1971-01-01/_access-test' },
    'own',
  ],
  ['a name that only looks like it', { bucket: 'audit', key: 'x_audit-export/a' }, undefined],
  ['a folder of the console', { bucket: 'raw', key: 'logs/' }, 'folder-marker'],
  ['a folder of Hadoop', { bucket: 'raw', key: 'logs_$folder$' }, 'folder-marker'],
  ['an empty object', { bucket: 'raw', key: 'logs/_SUCCESS', size: 0 }, 'empty'],
  ['an object of unknown size', { bucket: 'raw', key: 'logs/a' }, undefined],
])('%s', (_, object, why) => {
  expect(leftOut({ size: 10, ...object }, written)).toBe(why);
});

test('with the whole bucket as target, only what looks delivered is left out', () => {
  const whole = [{ bucket: 'audit', prefix: '' }];
  expect(leftOut({ bucket: 'audit', key: 'raw/a.jsonl', size: 1 }, whole)).toBeUndefined();
  expect(leftOut({ bucket: 'audit', key: ours.slice('export/'.length), size: 1 }, whole)).toBe('own');
});
