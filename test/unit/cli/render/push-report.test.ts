import { expect, test } from 'vitest';
import { renderPushReport } from '../../../../src/cli/render/delivery/push-report.ts';
import { first } from '../../core/accounting/reports.ts';

const same = (text: string): string => text;
const plain = { strong: same, faint: same, good: same, bad: same, warn: same };

test('what waits is told as what it is: an end that is no whole line, or an archive that is being written', () => {
  const waiting = [
    { source: 'a.log', bytes: 1 },
    { source: 'b.log.gz', bytes: 70, isBeingWritten: true as const },
  ];
  const view = { verbose: false, columns: 200, listCommand: 'audit-export quarantine list' };
  const told = renderPushReport({ ...first, waiting }, plain, view);
  expect(told).toContain('a.log: its last 1 byte is no whole line yet and waits for the rest');
  expect(told).toContain('b.log.gz is still being written: the next run reads it');
});
