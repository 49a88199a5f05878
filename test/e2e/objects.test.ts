import { expect, test } from 'vitest';
import { eventsOf, generateInput } from './generated-input.ts';
import type { InputLine } from './generated-input.ts';
import { dayFolder, differencesFrom, hourFolder, readExport } from './read-export.ts';
import { runForReport } from './run-cli.ts';
import { folderStore } from './stores.ts';
import { deliveriesBelow, useWorkspaces } from './workspace.ts';

const input = generateInput({ seed: 31, lines: 1500, hours: 40, late: 0.05, order: 'random' });
const events = eventsOf(input);

const newWorkspace = useWorkspaces();

const layouts: readonly { flags: readonly string[]; folderOf: (line: InputLine) => string }[] = [
  { flags: [], folderOf: dayFolder },
  { flags: ['--partition', 'hour'], folderOf: hourFolder },
  {
    flags: ['--layout', '{type}/{yyyy}/{MM}/{dd}/{HH}'],
    folderOf: ({ type, date, hour }) => `${type}/${date?.replaceAll('-', '/')}/${hour}`,
  },
  { flags: ['--layout', 'all/{date}'], folderOf: ({ date }) => `all/${date}` },
  { flags: ['--layout', 'y={yyyy}/{type}'], folderOf: ({ type, date }) => `y=${date?.slice(0, 4)}/${type}` },
];

test.each(layouts)('files lines by event time into the folders of $flags', async ({ flags, folderOf }) => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const { code } = await runForReport(workspace, ['push', ...store.flags, ...flags], { stdin: input.bytes });
  expect(code).toBe(0);
  expect(differencesFrom(events, await readExport(store), folderOf)).toEqual([]);
});

test('cuts objects before the line that would make them larger than --object-size, and nowhere else', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const objectBytes = 50 * 1024;
  await runForReport(workspace, ['push', ...store.flags, '--object-size', '50KiB'], { stdin: input.bytes });
  const found = await readExport(store);
  expect(differencesFrom(events, found)).toEqual([]);

  const expected = new Map<string, number[]>();
  for (const line of events) {
    const folder = dayFolder(line);
    const sizes = expected.get(folder) ?? [];
    const size = line.bytes.length + 1;
    const open = sizes.at(-1);
    if (open === undefined || open + size > objectBytes) sizes.push(size);
    else sizes[sizes.length - 1] = open + size;
    expected.set(folder, sizes);
  }
  const bySize = (sizes: readonly number[]): number[] => sizes.toSorted((a, b) => a - b);
  const sizes = new Map<string, number[]>();
  for (const { folder, content } of found.objects)
    sizes.set(folder, [...(sizes.get(folder) ?? []), content.length]);
  for (const [folder, expectedSizes] of expected)
    expect(bySize(sizes.get(folder) ?? []), `sizes in ${folder}`).toEqual(bySize(expectedSizes));
  expect(found.objects.length).toBeGreaterThan(30);
});

test('a line larger than --object-size makes an object of its own', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  await runForReport(workspace, ['push', ...store.flags, '--object-size', '1'], { stdin: input.bytes });
  const found = await readExport(store);
  expect(found.objects.filter(({ lines }) => lines.length !== 1).map(({ key }) => key)).toEqual([]);
  expect(differencesFrom(events, found)).toEqual([]);
});

test('the level changes the stored bytes and neither names nor content; a second level stores nothing', async () => {
  const workspace = await newWorkspace();
  const [fast, small] = [folderStore(workspace.path('fast')), folderStore(workspace.path('small'))];
  await runForReport(workspace, ['push', ...fast.flags, '--level', '1'], { stdin: input.bytes });
  await runForReport(workspace, ['push', ...small.flags, '--level', '9'], { stdin: input.bytes });
  const [fastExport, smallExport] = [await readExport(fast), await readExport(small)];
  expect(smallExport.objects.map(({ key }) => key)).toEqual(fastExport.objects.map(({ key }) => key));
  expect(differencesFrom(events, fastExport)).toEqual([]);
  expect(differencesFrom(events, smallExport)).toEqual([]);
  const stored = ({ objects }: typeof fastExport): number =>
    objects.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  expect(stored(smallExport)).toBeLessThan(stored(fastExport));
  const again = await runForReport(workspace, ['push', ...fast.flags, '--level', '9'], {
    stdin: input.bytes,
  });
  expect(again.report.balance.delivered).toBe(0);
});

test('--compression none writes the lines as they are, under the same hashes', async () => {
  const workspace = await newWorkspace();
  const [plain, packed] = [folderStore(workspace.path('plain')), folderStore(workspace.path('packed'))];
  await runForReport(workspace, ['push', ...plain.flags, '--compression', 'none'], { stdin: input.bytes });
  await runForReport(workspace, ['push', ...packed.flags], { stdin: input.bytes });
  expect(differencesFrom(events, await readExport(plain))).toEqual([]);
  expect((await plain.list()).map((key) => `${key}.gz`)).toEqual(await packed.list());
});

test('names below the export are those of objects and of nothing else', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  await runForReport(workspace, ['push', ...store.flags], { stdin: input.bytes });
  expect(await deliveriesBelow(workspace.path('export'))).toEqual(await store.list());
});
