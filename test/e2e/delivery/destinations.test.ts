import { mkdir, readdir, symlink } from 'node:fs/promises';
import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Emulator } from '../../../src/ports/aws/emulator.ts';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import { bucketOn } from '../s3-server.ts';
import type { S3Server } from '../s3-server.ts';
import type { Export } from '../read-export.ts';
import { readExport } from '../read-export.ts';
import { events, logOf } from './events.ts';
import type { EventLine } from './events.ts';
import { Place, newProfilePlace, writeProfiles } from './harness.ts';
import { log } from './rotations.ts';

const allTypes = 'query,system,custom,alert,tokenization,native-query,uam';
const history = 125;

/** A log of two types that grew once: its history is delivered in two pushes. */
async function withHistory(place: Place): Promise<void> {
  for (const from of [0, history]) {
    await place.append(log, events(from, from + history));
    await place.push([place.path(log)]);
  }
}

const more = events(2 * history, 2 * history + 10);

describe('what says how lines are delivered, and not where, changes: history is not delivered again', () => {
  test.each([
    { setting: 'all types are named', flags: ['--types', allTypes] },
    { setting: 'the type of the lines is named', flags: ['--types', 'custom'] },
    { setting: 'object size', flags: ['--object-size', '1KiB'] },
    { setting: 'partition', flags: ['--partition', 'hour'] },
    { setting: 'compression', flags: ['--compression', 'none'] },
    { setting: 'level', flags: ['--level', '9'] },
    { setting: 'longest line', flags: ['--max-line', '1MiB'] },
  ])('$setting', async ({ flags, setting }) => {
    const place = new Place();
    await withHistory(place);
    await place.append(log, more);
    const pushed = await place.push([...flags, place.path(log)]);
    expect({ code: pushed.code, delivered: pushed.report.balance.delivered }).toEqual({
      code: 0,
      delivered: more.length,
    });
    const byHour = ({ text, folder }: EventLine): EventLine => ({
      text,
      folder: `${folder}/event_hour=${hourOf(text)}`,
    });
    await place.expectExactly([
      ...events(0, 2 * history),
      ...(setting === 'partition' ? more.map(byHour) : more),
    ]);
  });

  test.each([
    { change: 'a profile instead of --to', profiles: ['acme'], to: ['--profile', 'acme'] },
    { change: 'a profile that was renamed', profiles: ['other'], to: ['--profile', 'other'] },
  ])('$change', async ({ profiles, to, change }) => {
    const place = change.startsWith('a profile instead') ? new Place() : await newProfilePlace();
    await withHistory(place);
    await writeProfiles(
      place,
      Object.fromEntries(profiles.map((name) => [name, { to: place.export, types: ['custom'] }])),
    );
    await place.append(log, more);
    const { report } = await place.push([place.path(log)], { to });
    expect(report.balance.delivered).toBe(more.length);
    await place.expectExactly([...events(0, 2 * history), ...more]);
  });

  test('--to instead of a profile', async () => {
    const place = await newProfilePlace();
    await withHistory(place);
    await place.append(log, more);
    await place.push([place.path(log)], { to: ['--to', place.export] });
    await place.expectExactly([...events(0, 2 * history), ...more]);
  });
});

function hourOf(text: string): string {
  const { eventTime } = JSON.parse(text) as { eventTime: number };
  return new Date(eventTime).toISOString().slice(11, 13);
}

describe('a type that is added', () => {
  test('counts from now on, which is said once; what it left out before is delivered with --again', async () => {
    const place = new Place();
    const mixed = (from: number): EventLine[] => [
      ...events(from, from + 10),
      ...events(from + 10, from + 20, 'query'),
    ];
    await place.append(log, mixed(0));
    await place.push(['--types', 'custom', place.path(log)]);
    await place.append(log, mixed(20));
    const changed = await place.push(['--types', 'custom,query', place.path(log)]);
    expect(changed.stderr).toContain('--again');
    await place.expectExactly([...events(0, 10), ...mixed(20)]);
    await place.append(log, mixed(40));
    const after = await place.push(['--types', 'custom,query', place.path(log)]);
    expect(after.stderr).not.toContain('--again');
    await place.expectExactly([...events(0, 10), ...mixed(20), ...mixed(40)]);
    await place.empty();
    await place.push(['--types', 'query', '--again', place.path(log)]);
    await place.expectExactly([0, 20, 40].flatMap((from) => events(from + 10, from + 20, 'query')));
  });
});

describe('another spelling of the same folder', () => {
  const spellings: readonly { spelling: string; of: (place: Place) => Promise<string> }[] = [
    { spelling: 'a slash at its end', of: async (place) => `${await Promise.resolve(place.export)}/` },
    { spelling: 'dots', of: async (place) => `${await Promise.resolve(place.folder)}/logs/../export/.` },
    {
      spelling: 'through a symlink',
      of: async (place) => {
        await symlink(place.export, place.path('link'));
        return place.path('link');
      },
    },
    {
      spelling: 'through a symlink above it',
      of: async (place) => {
        await symlink(place.folder, place.path('above'));
        return place.path('above/export');
      },
    },
    {
      spelling: 'relative to the working folder',
      of: async (place) => await Promise.resolve(relative(place.folder, place.export)),
    },
  ];
  test.each(spellings)('$spelling', async ({ of }) => {
    const place = new Place();
    await withHistory(place);
    await place.append(log, more);
    await place.push([place.path(log)], { to: ['--to', await of(place)] });
    await place.expectExactly([...events(0, 2 * history), ...more]);
  });

  test('before it exists: a folder that is made by the first push is the same in the second', async () => {
    const place = new Place();
    await symlink(place.folder, place.path('above'));
    await place.append(log, events(0, 10));
    await place.push([place.path(log)], { to: ['--to', place.path('above/export')] });
    await place.append(log, events(10, 20));
    await place.push([place.path(log)]);
    await place.expectExactly(events(0, 20));
  });

  test('another folder is another destination: it gets everything, and each goes on by itself', async () => {
    const place = new Place();
    await withHistory(place);
    const other = place.path('other');
    const { report } = await place.push([place.path(log)], { to: ['--to', other] });
    expect(report.balance.delivered).toBe(2 * history);
    await place.append(log, more);
    for (const to of [other, place.export]) {
      const { report } = await place.push([place.path(log)], { to: ['--to', to] });
      expect(report.balance.delivered).toBe(more.length);
    }
    await place.expectExactly([...events(0, 2 * history), ...more]);
  });

  test('the state says in words which destination it is of', async () => {
    const place = new Place();
    await withHistory(place);
    const folder = place.path('state/audit-export/destinations');
    const names = await readdir(folder);
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(await readdir(`${folder}/${names[0]}`)).toContain('destination.json');
  });
});

describe('a bucket', () => {
  let emulator: Emulator;
  let server: S3Server;
  beforeAll(async () => {
    emulator = await startEmulator();
    server = await bucketOn(emulator);
    // The SDK's chain of credentials looks at the process itself.
    vi.stubEnv('AWS_ACCESS_KEY_ID', emulator.customer.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', emulator.customer.secretAccessKey);
    vi.stubEnv('AWS_REGION', emulator.region);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await emulator.close();
  });

  interface Spelling {
    readonly spelling: string;
    readonly flags: () => readonly string[];
    readonly variables?: () => Record<string, string>;
    readonly prefixEnd?: string;
  }
  const url = (): string => emulator.url;
  const spellings: readonly Spelling[] = [
    { spelling: 'the endpoint with a slash', flags: () => ['--endpoint-url', `${url()}/`] },
    {
      spelling: 'the endpoint in a variable of its own',
      flags: () => [],
      variables: () => ({ AUDIT_EXPORT_ENDPOINT_URL: url() }),
    },
    {
      spelling: 'the endpoint in a variable of AWS',
      flags: () => [],
      variables: () => ({ AWS_ENDPOINT_URL: url(), AUDIT_EXPORT_PATH_STYLE: 'true' }),
    },
    {
      spelling: 'the endpoint in the variable of AWS for S3',
      flags: () => [],
      variables: () => ({ AWS_ENDPOINT_URL_S3: `${url()}/`, AUDIT_EXPORT_PATH_STYLE: 'true' }),
    },
    { spelling: 'upper case', flags: () => ['--endpoint-url', url().replace('http', 'HTTP')] },
    { spelling: 'the prefix with a slash', flags: () => ['--endpoint-url', url()], prefixEnd: '/' },
    { spelling: 'path style said', flags: () => ['--endpoint-url', url(), '--path-style'] },
  ];

  test.each(spellings)(
    '$spelling: history is not delivered again',
    async ({ spelling, flags, variables, prefixEnd }) => {
      const prefix = `audit/${spelling.replaceAll(' ', '-')}`;
      const to = ['--to', `s3://${server.bucket}/${prefix}`];
      const place = new Place([...to, '--endpoint-url', url()]);
      await withHistory(place);
      await place.append(log, more);
      // What AWS reads from the environment is in the process as well.
      for (const [name, value] of Object.entries(variables?.() ?? {})) vi.stubEnv(name, value);
      const { code, report, stderr } = await place.push([place.path(log)], {
        to: ['--to', `s3://${server.bucket}/${prefix}${prefixEnd ?? ''}`, ...flags()],
        environment: variables?.() ?? {},
      });
      for (const name of Object.keys(variables?.() ?? {})) vi.stubEnv(name, undefined);
      expect({ code, delivered: report.balance.delivered }, stderr).toEqual({
        code: 0,
        delivered: more.length,
      });
      const found = await readExport(server.storeAt(prefix));
      expect(linesOf(found)).toEqual(sorted([...events(0, 2 * history), ...more]));
    },
  );
});

const sorted = (lines: readonly EventLine[]): string[] => lines.map(({ text }) => text).toSorted();
const linesOf = ({ objects }: Export): string[] =>
  objects.flatMap(({ content }) => content.toString('utf8').split('\n').slice(0, -1)).toSorted();

test('two folders of the same name below two working folders are two destinations', async () => {
  const [one, two] = [new Place(), new Place()];
  for (const place of [one, two]) {
    await mkdir(place.export, { recursive: true });
    await place.write(log, logOf(events(0, 10)));
    const { report } = await place.push([place.path(log)], { environment: { XDG_STATE_HOME: one.state } });
    expect(report.balance.delivered).toBe(10);
    await place.expectExactly(events(0, 10));
  }
});
