import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { detectFormat } from '../../../../src/core/lines/documents/detect-format.ts';
import { foreignCure } from '../../../../src/core/lines/unwrap/foreign-form.ts';
import type { ForeignForm } from '../../../../src/core/lines/unwrap/foreign-form.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';

const line = '{"id":1,"url":"https://example.com/*x*/","text":"ä"}';
const lines = `${line}\n`.repeat(50);

async function formOf(bytes: Buffer): Promise<ForeignForm | undefined> {
  const { foreign, bytes: rest } = await detectFormat(inPieces(bytes, [500]));
  await rest.return(undefined);
  return foreign;
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const utf32le = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text, (character) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(character.codePointAt(0) ?? 0);
      return bytes;
    }),
  );
const mark = (hex: string, rest: Buffer): Buffer => Buffer.concat([Buffer.from(hex, 'hex'), rest]);

describe('what is no JSON Lines is told by its first bytes', () => {
  test.each<[string, Buffer, string]>([
    ['gzip in what was decompressed', gzipSync(lines), 'gzip within a compressed file'],
    ['UTF-16 with its mark', mark('fffe', Buffer.from(lines, 'utf16le')), 'UTF-16'],
    ['UTF-16 the other way round', mark('feff', utf16be(lines)), 'UTF-16'],
    ['UTF-16 without a mark', Buffer.from(lines, 'utf16le'), 'UTF-16LE'],
    ['UTF-16, big end first, without a mark', utf16be(lines), 'UTF-16BE'],
    ['UTF-16 of an array', Buffer.from(`[${line}]`, 'utf16le'), 'UTF-16LE'],
    ['UTF-32 with its mark', mark('fffe0000', utf32le(lines)), 'UTF-32'],
    ['UTF-32 without a mark', utf32le(lines), 'UTF-32LE'],
    ['zip', mark('504b0304', Buffer.alloc(100)), 'a zip archive'],
    ['an empty zip', mark('504b0506', Buffer.alloc(18)), 'a zip archive'],
    [
      'a workbook',
      mark('504b0304', Buffer.from('\0'.repeat(26) + '[Content_Types].xml')),
      'an Office document (xlsx and the like)',
    ],
    ['xz', mark('fd377a585a00', Buffer.alloc(40)), 'xz'],
    ['bzip2', Buffer.concat([Buffer.from('BZh9'), Buffer.from('314159265359', 'hex')]), 'bzip2'],
    ['Parquet', Buffer.from('PAR1....'), 'Parquet'],
    ['JSON with a comment above', Buffer.from('// events\n{\n  "id": 1\n}\n'), 'JSON with comments'],
    ['JSON with a comment behind', Buffer.from('{\n  "id": 1, // one\n  "x": 2\n}\n'), 'JSON with comments'],
    [
      'an array with comments',
      Buffer.from('[\n  /* one */ {"id":1},\n  {"id":2}\n]\n'),
      'JSON with comments',
    ],
  ])('%s', async (_, bytes, name) => {
    expect((await formOf(bytes))?.name).toBe(name);
  });

  test.each([
    ['nothing', ''],
    ['lines with slashes in them', lines],
    ['spaces only', '   \n \n'],
    ['one long line that is cut within an address', `{"url":"http:${'/'.repeat(100_000)}"}`],
    ['lines with a comment among them, which is a bad line', `// head\n${lines}`],
    ['a half first line with an address', `{"url":"https://exa\n${lines}`],
    ['lines of another kind', 'BZhello\nPK\nORC\n'],
    ['a byte order mark of UTF-8', `\ufeff${lines}`],
    ['zero bytes', '\0\0\0\0\0\0\0\0'],
  ])('%s is left to be read', async (_, text) => {
    expect(await formOf(Buffer.from(text))).toBeUndefined();
  });
});

describe('the cure makes lines of it, as it is printed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-export-forms-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (tool: string, ...args: readonly string[]): Buffer => execFileSync(tool, args);

  const tools: readonly [tool: string, name: string, make: (plain: string) => Buffer][] = [
    ['xz', 'a.jsonl.xz', (plain) => run('xz', '-c', plain)],
    ['bzip2', 'a.bz2', (plain) => run('bzip2', '-c', plain)],
    ['gzip', 'double.gz', (plain) => gzipSync(readFileSync(plain))],
    [
      'tar',
      "it's.tar",
      (plain) => execFileSync('tar', ['-cf', '-', '-C', folder, plain.slice(folder.length + 1)]),
    ],
    ['iconv', 'u16.jsonl', (plain) => mark('fffe', Buffer.from(readFileSync(plain, 'utf8'), 'utf16le'))],
    ['iconv', 'u16be.jsonl', (plain) => utf16be(readFileSync(plain, 'utf8'))],
    ['iconv', 'u32', (plain) => utf32le(readFileSync(plain, 'utf8'))],
    [
      'tr',
      's.json-seq',
      (plain) => Buffer.from(readFileSync(plain, 'utf8').replaceAll(/^(?=.)/gm, '\u001e')),
    ],
    ['xz', 'a.lzma', (plain) => run('xz', '--format=lzma', '-c', plain)],
    [
      'perl',
      'c.json',
      (plain) => Buffer.from(`// c\n[\n${readFileSync(plain, 'utf8').trim().split('\n').join(', // x\n')}]`),
    ],
  ];

  test.each(tools)('%s: %s', async (tool, name, make) => {
    if (spawnSync(tool, ['--version']).error !== undefined) return;
    const plain = join(folder, 'plain.jsonl');
    writeFileSync(plain, lines);
    const bytes = make(plain);
    const form = await formOf(bytes);
    // What comes to be looked at has been decompressed; the file has not.
    const file = join(folder, name);
    writeFileSync(file, name.endsWith('.gz') ? gzipSync(bytes) : bytes);
    const [, command = '', made = ''] =
      /: (.*) > (.*)$/.exec(form === undefined ? '' : foreignCure(form, file)) ?? [];
    expect(made).not.toBe('');
    const out = execFileSync('sh', ['-c', command]).toString();
    const got = name === 'c.json' ? (JSON.parse(out) as unknown[]).map(() => `${line}\n`).join('') : out;
    expect(got).toBe(lines);
  });

  test('of an object in a bucket, and of a pipe', async () => {
    const form = await formOf(mark('fd377a585a00', Buffer.alloc(40)));
    if (form === undefined) throw new Error('not told');
    expect(foreignCure(form, 's3://raw/logs/a b.xz')).toContain(
      "aws s3 cp 's3://raw/logs/a b.xz' - | xz -dc - > 'a b.lines.jsonl'",
    );
    expect(foreignCure(form, 'stdin')).toContain('xz -dc -');
  });
});
