import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { continueExposition } from '../../core/metrics/continue-exposition.ts';
import type { Family } from '../../core/metrics/exposition.ts';
import { parseExposition, renderExposition } from '../../core/metrics/exposition.ts';
import { AuditExportError } from '../../errors.ts';
import { removeAbandoned, unfinishedPath } from '../fs/unfinished-files.ts';

const ownPrefix = 'audit_export_';
/** node_exporter's textfile collector runs as a user of its own. */
const readableByAll = 0o644;

/** A file of metrics for node_exporter's textfile collector. It goes on where the run before ended. */
export class MetricsFile {
  readonly path: string;
  readonly #before: readonly Family[];

  constructor(path: string, before: readonly Family[]) {
    this.path = path;
    this.#before = before;
  }

  /** Writes metrics, given in Prometheus' text format, whole or not at all. Throws what the file system throws. */
  async write(text: string): Promise<void> {
    const families = continueExposition(this.#before, parseExposition(text));
    // The collector reads names that end in .prom: it must not see what is half written.
    await removeAbandoned(dirname(this.path));
    const unfinished = await unfinishedPath(dirname(this.path));
    try {
      const handle = await open(unfinished, 'wx', readableByAll);
      try {
        await handle.chmod(readableByAll);
        await handle.writeFile(renderExposition(families));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(unfinished, this.path);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}

/** Opens a file of metrics, which need not be there. Throws `usage` for a file that holds something else, which would be lost. */
export async function openMetricsFile(file: string): Promise<MetricsFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw notOurs(file, `it can't be read: ${(error as Error).message}`, error);
  });
  try {
    const families = parseExposition(text);
    const foreign = families.find(({ name }) => !name.startsWith(ownPrefix));
    if (foreign !== undefined) throw new Error(`it has a metric ${foreign.name}`);
    return new MetricsFile(file, families);
  } catch (error) {
    throw notOurs(
      file,
      `it holds something else than metrics of audit-export: ${(error as Error).message}`,
      error,
    );
  }
}

function notOurs(file: string, why: string, cause: unknown): AuditExportError {
  return new AuditExportError('usage', `--metrics-file ${file} can't be used: ${why}.`, {
    cure: 'Name another file, or remove this one.',
    details: { file },
    cause,
  });
}
