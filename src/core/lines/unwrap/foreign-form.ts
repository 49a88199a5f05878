import { shellWord } from '../../language/shell-word.ts';
import { isJsonPrefix } from '../documents/json-prefix.ts';

/** A form that is no JSON Lines: what it is called, and the command that makes lines of it and writes them to stdout. */
export interface ForeignForm {
  name: string;
  /** Undefined where no usual command does it. */
  command: ((file: string) => string) | undefined;
  /** Ends of file names that go with the form. */
  suffixes: readonly string[];
}

interface ForeignRule extends ForeignForm {
  begins: (head: Buffer) => boolean;
}

const startsWith =
  (...magics: readonly string[]) =>
  (head: Buffer): boolean =>
    magics.some((magic) => head.subarray(0, magic.length / 2).equals(Buffer.from(magic, 'hex')));

/** In UTF-16 and UTF-32 every ASCII character has zero bytes beside it, and every event begins with two of them. */
const zeroPattern =
  (pattern: string) =>
  (head: Buffer): boolean =>
    head.length >= pattern.length &&
    Array.from(pattern, (kind, at) => ((head[at] as number) === 0) === (kind === '0')).every(Boolean) &&
    /^[{[\s]/.test(head.toString('latin1').replaceAll('\u0000', ''));

const recode =
  (encoding: string) =>
  (file: string): string =>
    `iconv -f ${encoding} -t UTF-8 ${file}`;

const readParquet = `duckdb -c "COPY (FROM read_parquet('/dev/stdin')) TO '/dev/stdout' (FORMAT json)"`;

/** Strings pass, comments go. */
const withoutComments = String.raw`perl -0pe 's{("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/}{$1}gs'`;

/** Looked at in this order. The marks of UTF-32 begin like those of UTF-16. */
const rules: readonly ForeignRule[] = [
  {
    name: 'xz',
    begins: startsWith('fd377a585a00'),
    command: (file) => `xz -dc ${file}`,
    suffixes: ['.xz'],
  },
  {
    name: 'bzip2',
    begins: (head) =>
      /^BZh[1-9]/.test(head.toString('latin1', 0, 4)) &&
      startsWith('314159265359', '177245385090')(head.subarray(4)),
    command: (file) => `bzip2 -dc ${file}`,
    suffixes: ['.bz2'],
  },
  {
    name: 'an Office document (xlsx and the like)',
    begins: (head) => startsWith('504b0304')(head) && head.includes('[Content_Types].xml'),
    command: undefined,
    suffixes: ['.xlsx'],
  },
  {
    name: 'a zip archive',
    begins: startsWith('504b0304', '504b0506', '504b0708'),
    command: (file) => `unzip -p ${file}`,
    suffixes: ['.zip'],
  },
  {
    name: 'a 7-Zip archive',
    begins: startsWith('377abcaf271c'),
    command: (file) => `7z x -so ${file}`,
    suffixes: ['.7z'],
  },
  { name: 'lz4', begins: startsWith('04224d18'), command: (file) => `lz4 -dc ${file}`, suffixes: ['.lz4'] },
  {
    name: 'lzip',
    begins: startsWith('4c5a495001'),
    command: (file) => `lzip -dc ${file}`,
    suffixes: ['.lz'],
  },
  {
    name: 'Snappy (framed)',
    begins: startsWith('ff060000734e61507059'),
    command: (file) => `snzip -dc ${file}`,
    suffixes: ['.sz'],
  },
  {
    name: 'compressed by compress(1)',
    begins: startsWith('1f9d'),
    command: (file) => `gzip -dc ${file}`,
    suffixes: ['.Z'],
  },
  {
    name: 'gzip within a compressed file',
    begins: startsWith('1f8b08'),
    command: (file) => `${outerTool(file)} -dc ${file} | gzip -dc`,
    suffixes: ['.gz', '.zst'],
  },
  {
    name: 'zstd within a compressed file',
    begins: startsWith('28b52ffd'),
    command: (file) => `${outerTool(file)} -dc ${file} | zstd -dc`,
    suffixes: ['.gz', '.zst'],
  },
  {
    name: 'a tar archive',
    begins: (head) => head.toString('latin1', 257, 262) === 'ustar',
    command: (file) => `tar -xOf ${file}`,
    suffixes: ['.tar', '.tgz', '.tar.gz', '.tar.zst'],
  },
  {
    name: 'Parquet',
    begins: startsWith('50415231'),
    // Its end is read first, which a pipe does not give.
    command: (file) =>
      file === '-' ? `cat > events.parquet && ${readParquet} < events.parquet` : `${readParquet} < ${file}`,
    suffixes: ['.parquet'],
  },
  {
    name: 'Avro',
    begins: startsWith('4f626a01'),
    command: (file) => `avro-tools tojson ${file}`,
    suffixes: ['.avro'],
  },
  { name: 'UTF-32', begins: startsWith('fffe0000', '0000feff'), command: recode('UTF-32'), suffixes: [] },
  { name: 'UTF-16', begins: startsWith('fffe', 'feff'), command: recode('UTF-16'), suffixes: [] },
  { name: 'UTF-32LE', begins: zeroPattern('x000x000'), command: recode('UTF-32LE'), suffixes: [] },
  { name: 'UTF-32BE', begins: zeroPattern('000x000x'), command: recode('UTF-32BE'), suffixes: [] },
  { name: 'UTF-16LE', begins: zeroPattern('x0x0'), command: recode('UTF-16LE'), suffixes: [] },
  { name: 'UTF-16BE', begins: zeroPattern('0x0x'), command: recode('UTF-16BE'), suffixes: [] },
  {
    // RFC 7464: each text begins with a record separator.
    name: 'a JSON text sequence',
    begins: startsWith('1e7b', '1e5b'),
    command: (file) => `tr -d '\\036'${file === '-' ? '' : ` < ${file}`}`,
    suffixes: ['.json-seq', '.jsonseq'],
  },
  {
    name: 'lzma',
    begins: startsWith('5d0000'),
    command: (file) => `xz --format=lzma -dc ${file}`,
    suffixes: ['.lzma'],
  },
  {
    name: 'JSON with comments',
    begins: isCommentedJson,
    command: (file) => `${withoutComments} ${file}`,
    suffixes: [],
  },
];

/** What a source is by its first bytes, if it is none of the forms that are read; its compression has been undone. */
export function foreignForm(head: Buffer): ForeignForm | undefined {
  return rules.find(({ begins }) => begins(head));
}

/** What to do with a source of a foreign form: how `source` is made JSON Lines. Runs as it is printed. */
export function foreignCure({ command, suffixes }: ForeignForm, source: string): string {
  if (command === undefined) return 'Export the events as JSON Lines where it was made.';
  if (source === 'stdin') return `Pipe it through this first: ${command('-')}`;
  const isObject = source.startsWith('s3://');
  const word = shellWord(source);
  const read = isObject ? `aws s3 cp ${word} - | ${command('-')}` : command(word);
  const file = isObject ? (source.split('/').at(-1) ?? '') : source;
  const suffix = suffixes.toSorted((a, b) => b.length - a.length).find((end) => file.endsWith(end)) ?? '';
  const stem = file.slice(0, file.length - suffix.length).replace(/\.jsonl?$/, '');
  return `Make it one, and push that: ${read} > ${shellWord(`${stem}.lines.jsonl`)}`;
}

function outerTool(file: string): string {
  return file.endsWith('.zst') ? 'zstd' : 'gzip';
}

/**
 * Whether what is no JSON over several lines would be it without comments. Lines of JSON are never that: a comment among
 * them is a bad line.
 */
function isCommentedJson(head: Buffer): boolean {
  const text = head.toString('latin1');
  if (!/\/[/*]/.test(text) || !/^\s*(?:[[{]|\/[/*])/.test(text) || !text.includes('\n')) return false;
  const comment = /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/g;
  // What was cut off may be the beginning of a comment.
  const bare = text.replaceAll(comment, '$1').replace(/\/$/, '').trimStart();
  const first = bare.split('\n', 1)[0] ?? '';
  const kind = bare.startsWith('[') ? 'array' : 'objects';
  return bare !== '' && !isJsonPrefix(first, kind, true) && isJsonPrefix(bare, kind, false);
}
