import type { AthenaReport } from '../../../commands/consumers/athena/athena.ts';
import { formatBytes } from '../../../core/report/format.ts';
import { showFiles } from '../rendered-files.ts';

/** The statements, unless they were carried out; and what the queries read, where that was measured. */
export async function renderAthenaReport(report: AthenaReport, out: string | undefined): Promise<string> {
  const files = report.applied === null || out !== undefined ? await showFiles(report.files, out) : '';
  const measured = report.queries.flatMap(({ name, question, bytes, usd }) =>
    bytes === null || usd === null
      ? []
      : [`-- ${name}: ${question} Reads ${formatBytes(bytes)}, ${usd.toFixed(5)} USD.\n`],
  );
  return `${files}${measured.join('')}`;
}
