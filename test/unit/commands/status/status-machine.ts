import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect } from 'vitest';
import { openDestinationFolder, statePlaces } from '../../../../src/adapters/fs/state/state-places.ts';
import { run } from '../../../../src/cli/run.ts';
import type { ProfileStatus, StatusReport } from '../../../../src/commands/status/status-report.ts';
import { destinationOf } from '../../../../src/core/config/destination.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { endOf, hourMs, linesOf } from '../../core/runs/recording.ts';

/** The last full hour: what runs have left is told from now backwards. */
export const nowMs = Math.floor(Date.now() / hourMs) * hourMs;

/** Where runs that `recording.ts` makes deliver to. */
export const destination = destinationOf({ kind: 's3', bucket: 'acme-audit', prefix: 'altr' }, undefined);

/**
 * A machine with these files of state, and this configuration. The first part of a name is a profile, or `default` for what
 * was delivered without one; `unit` is the state of the unit that delivers the profile acme every hour.
 */
export async function machine(
  state: Readonly<Record<string, string>>,
  profiles?: Readonly<Record<string, object>>,
): Promise<{
  path: (name: string) => string;
  status: (...flags: string[]) => Promise<string>;
  report: (...flags: string[]) => Promise<StatusReport>;
}> {
  const folder = scratchFolder();
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  const surroundings = {
    workingFolder: folder,
    environment: { XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config') },
    systemState: join(folder, 'system'),
  };
  const unit = { ...surroundings, environment: { XDG_STATE_HOME: join(folder, 'system/audit-export-acme') } };
  const configFile = join(folder, 'audit-export.json');
  const path = (name: string): string => {
    const [first = '', ...rest] = name.split('/');
    if (first === 'default') return join(statePlaces(surroundings).destinationFolder(destination), ...rest);
    const places = statePlaces(first === 'unit' ? unit : surroundings);
    return join(places.profileFolder({ name: first === 'unit' ? 'acme' : first, configFile }), ...rest);
  };
  for (const [name, text] of Object.entries(state)) await write(relative(folder, path(name)), text);
  if (Object.keys(state).some((name) => name.startsWith('default/')))
    await openDestinationFolder(destination, surroundings);
  if (profiles !== undefined) await write('audit-export.json', JSON.stringify({ profiles }));
  const status = async (...flags: string[]): Promise<string> => {
    const { context, stdout, stderr } = capturedTerminal('', surroundings);
    const code = await run(['status', ...flags], context);
    expect([code, stderr()]).toEqual([0, '']);
    return stdout();
  };
  const report = async (...flags: string[]): Promise<StatusReport> => {
    const found = JSON.parse(await status('--json', ...flags)) as StatusReport;
    expect(schemaErrors('status-report', found)).toEqual([]);
    return found;
  };
  return { path, status, report };
}

export const history = (...records: readonly object[]): string => `${linesOf(...records).join('\n')}\n`;

/** A run an hour, for so many hours until now; the type `query` speaks in those of which `speaks` says so. */
export const hourly = (hours: number, speaks: (hoursAgo: number) => boolean): string =>
  history(
    ...Array.from({ length: hours }, (_, index) => hours - index).map((ago) => {
      const startedMs = nowMs - ago * hourMs + 60_000;
      return endOf(`run-${ago}`, startedMs, speaks(ago) ? [startedMs - 61_000] : []);
    }),
  );

export const only = ({ profiles }: StatusReport): ProfileStatus => {
  expect(profiles).toHaveLength(1);
  return profiles[0] as ProfileStatus;
};

export const problemsOf = (profile: ProfileStatus): string[] =>
  profile.problems.map(({ problem }) => problem);
