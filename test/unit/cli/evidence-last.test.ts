import { expect, test } from 'vitest';
import { evidenceLast } from '../../../src/cli/terminal/evidence-last.ts';
import type { CliContext } from '../../../src/cli/terminal/terminal-context.ts';
import { AuditExportError } from '../../../src/errors.ts';

/** What a run tells, and in which order. */
function telling(): { context: CliContext; told: string[] } {
  const told: string[] = [];
  const tell = (event: string, message: string): void => {
    told.push(`${event}: ${message}`);
  };
  return { told, context: { log: { note: tell, warn: tell, error: tell } } as unknown as CliContext };
}

const troubled =
  (code: string) =>
  async ({ log }: CliContext): Promise<{ error: { code: string } | null }> => {
    log.warn('evidence', 'the log is refused', { code: 'access-denied' });
    log.warn('node', 'something else');
    return { error: code === '' ? null : { code } };
  };

test.each([
  { what: 'a run that did all', code: '', after: ['evidence: the log is refused'] },
  { what: 'a run that failed otherwise', code: 'store-failed', after: ['evidence: the log is refused'] },
  { what: 'a run that was refused as well', code: 'access-denied', after: [] },
])(
  '$what is told first, then what is wrong with its log, if that is something else',
  async ({ code, after }) => {
    const { context, told } = telling();
    const exitCode = await evidenceLast(context, troubled(code), () => {
      told.push('the report');
      return 6;
    });
    expect(exitCode).toBe(6);
    expect(told).toEqual(['node: something else', 'the report', ...after]);
  },
);

test('of a run that throws nothing is lost', async () => {
  const { context, told } = telling();
  const run = async (within: CliContext): Promise<never> => {
    await troubled('')(within);
    throw new AuditExportError('store-failed', 'no');
  };
  await expect(evidenceLast(context, run, () => 0)).rejects.toThrow('no');
  expect(told).toEqual(['node: something else', 'evidence: the log is refused']);
});
