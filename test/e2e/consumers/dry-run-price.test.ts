import { expect, test } from 'vitest';
import type { PushReport } from '../../../src/core/accounting/push-report.ts';
import { schemaErrors } from '../../fakes/json-schema.ts';
import { generateInput } from '../generated-input.ts';
import { runCli } from '../run-cli.ts';
import { useWorkspaces } from '../workspace.ts';

const newWorkspace = useWorkspaces();
const { bytes: stdin } = generateInput({ seed: 5, lines: 400, hours: 48 });

test('a dry run to a bucket says the objects of a month of such days, and their price; one to a folder costs nothing', async () => {
  const workspace = await newWorkspace();
  const push = (...more: string[]) => runCli(workspace, ['push', '--dry-run', ...more], { stdin });
  const report = JSON.parse((await push('--to', 's3://acme-audit/altr', '--json')).stdout) as PushReport;
  expect(schemaErrors('push-report', report)).toEqual([]);
  const objects = Math.ceil((report.objects.length * 30) / 2);
  expect(report.month).toMatchObject({ objects, putUsd: expect.closeTo(objects * 0.000005) });
  const shown = await push('--to', 's3://acme-audit/altr');
  expect(shown.stdout).toContain(`A month of such days: ${objects} objects; their PUTs`);
  expect((await push('--to', 'export')).stdout).not.toContain('A month of such days');
});
