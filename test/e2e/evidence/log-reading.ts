import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { parseVerifierKey } from '../../../src/core/log/signed-note.ts';
import type { VerifierKey } from '../../../src/core/log/signed-note.ts';
import type { VerifyReport } from '../../../src/core/verify/verify-report.ts';
import { schemaErrors } from '../../fakes/json-schema.ts';
import type { ReadLog } from '../../fakes/memory-log.ts';
import { readLogs } from '../../fakes/memory-log.ts';
import { isDelivery } from '../read-export.ts';
import { runCli } from '../run-cli.ts';
import type { Workspace } from '../workspace.ts';
import { filesBelow } from '../workspace.ts';

const line = (minute: number): string =>
  `${JSON.stringify({ id: minute, dt: `2025-03-11T20:${String(minute).padStart(2, '0')}:39.000Z` })}\n`;

/** Lines of one known audit type. */
export async function events(workspace: Workspace, name: string, from: number, to: number): Promise<string> {
  const one = await readFile(new URL('../../fixtures/events/alert.jsonl', import.meta.url), 'utf8');
  const [first = ''] = one.split('\n');
  const lines = Array.from({ length: to - from }, (_, at) => {
    const { dt } = JSON.parse(line(from + at)) as { dt: string };
    return first.replace(/"dt":"[^"]+"/, `"dt":"${dt}"`);
  });
  return workspace.write(name, `${lines.join('\n')}\n`);
}

/** All files of a folder, by their path in it. */
export async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = await filesBelow(folder);
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file))] as const)),
  );
}

/** The verifier key that `evidence key` prints. */
export async function keyOf(workspace: Workspace, flags: readonly string[]): Promise<VerifierKey> {
  return parseVerifierKey((await runCli(workspace, ['evidence', 'key', ...flags])).stdout.trim());
}

/** All logs in a folder, checked, and that they claim all objects of it, each with its whole content. */
export async function logsIn(folder: string, { publicKey }: VerifierKey): Promise<ReadLog[]> {
  const files = await filesOf(folder);
  const logs = await readLogs(files, publicKey);
  const claimed = new Map(
    logs.flatMap(({ leaves }) =>
      leaves.flatMap((leaf) => (leaf.kind === 'object' ? [[leaf.key, leaf.sha256] as const] : [])),
    ),
  );
  const delivered = [...files].filter(([key]) => isDelivery(key));
  expect(claimed).toEqual(
    new Map(
      delivered.map(
        ([key, body]) => [key, createHash('sha256').update(gunzipSync(body)).digest('hex')] as const,
      ),
    ),
  );
  return logs;
}

/** The kinds of all leaves, in their order. */
export const kindsOf = ({ leaves }: ReadLog): string[] => leaves.map(({ kind }) => kind);

/** Runs `verify --json`, and holds its report against the schema. */
export async function verifyJson(
  workspace: Workspace,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ code: number | null; report: VerifyReport }> {
  const { code, stdout, stderr } = await runCli(workspace, ['verify', '--json', ...args], { environment });
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as VerifyReport;
  expect(schemaErrors('verify-report', report)).toEqual([]);
  return { code, report };
}
