import type { StoreReader } from '../../../ports/store/store-reader.ts';
import type { Leaf } from '../../log/leaf.ts';
import { encodeLeaf } from '../../log/leaf.ts';
import { formatVerifierKey } from '../../log/signed-note.ts';
import type { CheckedLog } from '../log/check-log.ts';
import { listLogs } from '../log/list-logs.ts';
import { FindingBook } from '../finding.ts';
import type { Prover } from '../prove.ts';
import { openProver } from '../prove.ts';
import { formatTlogProof } from '../tlog-proof.ts';
import type { VerifyReport } from '../verify-report.ts';
import { checkScript } from './check-script.ts';
import { renderCheckDocument } from './check-document.ts';
import type { TarFile } from './tar.ts';

/** A leaf that goes into a bundle. */
export interface BundledLeaf {
  log: string;
  index: number;
  leaf: Leaf;
}

export interface BundleContent {
  /** The name of the case: the folder that everything lies in. */
  name: string;
  report: VerifyReport;
  logs: readonly CheckedLog[];
  /** In the order in which they were read. */
  leaves: readonly BundledLeaf[];
}

/**
 * The files of a bundle, in an order of their own: objects, a proof of each leaf that tells of them and of their runs, keys,
 * checkpoints, what was found, and how to check it without this tool. The same store and the same request make the same files.
 */
export async function* bundleFiles(
  { name, report, logs, leaves }: BundleContent,
  reader: StoreReader,
): AsyncGenerator<TarFile> {
  const text = (path: string, content: string): TarFile => {
    const bytes = Buffer.from(content);
    return { path: `${name}/${path}`, size: bytes.length, content: [bytes] };
  };
  yield text('CHECK.md', renderCheckDocument(name, report));
  yield text('check.py', checkScript);
  const keys = logs.flatMap((log) => log.keys).map(formatVerifierKey);
  yield text('keys.txt', keys.map((key) => `${key}\n`).join(''));
  yield text('report.json', `${JSON.stringify(report, null, 2)}\n`);
  for (const { id, newest } of logs) if (newest !== undefined) yield text(`checkpoints/${id}`, newest.text);
  for (const { id } of logs) {
    const own = leaves.filter(({ log }) => log === id);
    if (own.length > 0)
      yield text(`leaves/${id}.jsonl`, own.map(({ leaf }) => `${encodeLeaf(leaf).toString()}\n`).join(''));
  }
  const provers = await openProvers(reader);
  for (const { log, index, leaf } of leaves) {
    const proof = await provers.get(log)?.prove(index, encodeLeaf(leaf));
    if (proof !== undefined)
      yield text(`proofs/${log}/${String(index).padStart(12, '0')}.tlog-proof`, formatTlogProof(proof));
  }
  yield* objectFiles({ name, leaves }, reader);
}

async function openProvers(reader: StoreReader): Promise<Map<string, Prover>> {
  const provers = new Map<string, Prover>();
  for (const listed of await listLogs(reader, [], new FindingBook())) {
    const prover = await openProver(listed, reader);
    if (prover !== undefined) provers.set(listed.id, prover);
  }
  return provers;
}

/** The objects as they are stored; one that is missing is in the report. */
async function* objectFiles(
  { name, leaves }: Pick<BundleContent, 'name' | 'leaves'>,
  reader: StoreReader,
): AsyncGenerator<TarFile> {
  const wanted = new Set(leaves.flatMap(({ leaf }) => (leaf.kind === 'object' ? [leaf.key] : [])));
  for await (const { key, size } of reader.list(''))
    if (wanted.has(key)) yield { path: `${name}/objects/${key}`, size, content: reader.read(key) };
}
