import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { differences } from './differences.ts';
import { onlyTheRehearsal, targets } from './target.ts';

test('every known difference stands in docs/rehearse.md with its reason', async () => {
  const text = await readFile(new URL('../../docs/rehearse.md', import.meta.url), 'utf8');
  const docs = text.replaceAll(/ +/g, ' ');
  for (const [server, claims] of Object.entries(differences)) {
    for (const [claim, reason] of Object.entries(claims))
      expect(docs).toContain(`| ${server} | ${claim} | ${reason} |`);
  }
});

test('the rehearsal itself keeps the whole contract', () => {
  expect(differences.rehearse).toEqual({});
});

test.skipIf(onlyTheRehearsal())(
  'a server that is not ours keeps the contract too (set AUDIT_EXPORT_MOTO_UP to have moto asked: docs/rehearse.md)',
  async () => {
    const other = targets().find(({ server }) => server !== 'rehearse');
    const target = await other?.start();
    expect(target?.customer.accountId).toMatch(/^\d{12}$/);
    await target?.stop();
  },
);
