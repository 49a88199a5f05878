import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WrittenStore } from '../../unit/core/verify/written-store.ts';

const docs = readFileSync(new URL('../../../docs/evidence.md', import.meta.url), 'utf8');
const section = docs.slice(docs.indexOf('## By hand'), docs.indexOf('## What is not proven'));

/** A block of the section, as a stranger would paste it. */
function block(language: string): string {
  const [, indent = '', text = ''] =
    new RegExp(`\\n( *)\`\`\`${language}\\n([\\s\\S]*?)\\n *\`\`\``).exec(section) ?? [];
  return text
    .split('\n')
    .map((line) => line.slice(indent.length))
    .join('\n');
}

const hasTools = ['openssl', 'python3', 'xxd'].every(
  (tool) => spawnSync(tool, ['--help']).error === undefined,
);

test.skipIf(!hasTools)(
  'what docs/evidence.md tells a stranger to paste verifies a store (skipped without openssl, python3, xxd)',
  async () => {
    const store = new WrittenStore();
    for (const sources of [3, 300, 0]) {
      await store.run(2, { sources });
      store.publish();
    }
    const folder = store.folder;
    const log = join(folder, '_audit-export/log', store.id);
    const work = new WrittenStore().folder;
    writeFileSync(join(work, 'acme.vkey'), `${store.signer.text}\n`);
    writeFileSync(join(work, 'check.py'), block('python'));
    const shell = block('sh').replaceAll('copy/_audit-export/log/<id>', log);
    const signed = spawnSync('sh', ['-c', shell], { cwd: work, encoding: 'utf8' });
    expect(signed.stdout).toBe('Signature Verified Successfully\n');
    const check = (): string =>
      spawnSync('python3', ['check.py', folder, log, 'text'], { cwd: work, encoding: 'utf8' }).stdout;
    expect(check()).toBe(`${store.size} leaves, 6 objects, 0 problems\n`);
    const day = join(folder, 'audit_type=query/event_date=2026-03-01');
    const [first = ''] = readdirSync(day);
    unlinkSync(join(day, first));
    writeFileSync(join(day, 'more.jsonl.gz'), 'x');
    expect(check()).toContain(`${first} is missing`);
    expect(check()).toContain('more.jsonl.gz is in no leaf');
  },
);
