import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { generateInput } from './generated-input.ts';
import { deliveriesBelow, filesBelow, useWorkspaces } from './workspace.ts';
import type { Workspace } from './workspace.ts';
import { runLine } from './run-line.ts';

const newWorkspace = useWorkspaces();
const read = async (name: string): Promise<Record<string, unknown>> =>
  parse(await readFile(new URL(`../../examples/ci/${name}`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >;

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  if?: string;
  with?: object;
}
interface Workflow {
  on: object;
  permissions: object;
  env: Record<string, string>;
  jobs: Record<string, { 'runs-on': string; 'timeout-minutes': number; steps: Step[] }>;
}
type GitLabJob = Record<string, unknown> & { script?: string[]; after_script?: string[] };

const github = (await read('github-actions.yml')) as unknown as Workflow;
const gitlab = await read('gitlab-ci.yml');

/** GitHub Docs, "Workflow syntax for GitHub Actions". */
test('the GitHub workflow has the members that there are, and each step does one thing', () => {
  const known = new Set(['name', 'on', 'permissions', 'env', 'concurrency', 'jobs', 'defaults', 'run-name']);
  expect(Object.keys(github).filter((key) => !known.has(key))).toEqual([]);
  for (const { steps, ...job } of Object.values(github.jobs)) {
    expect(Object.keys(job)).toEqual(['runs-on', 'timeout-minutes']);
    for (const step of steps) {
      expect(Object.keys(step).filter((key) => !['name', 'if', 'uses', 'with', 'run'].includes(key))).toEqual(
        [],
      );
      expect([step.uses, step.run].filter((part) => part !== undefined)).toHaveLength(1);
      expect(step.uses ?? 'a/b@v1').toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    }
  }
});

/** GitLab Docs, "CI/CD YAML syntax reference". */
test('the GitLab jobs have the members that there are, and belong to a stage', () => {
  const { stages, image, variables, ...jobs } = gitlab as {
    stages: string[];
    image: string;
    variables: object;
  };
  expect([typeof image, typeof variables]).toEqual(['string', 'object']);
  const known = new Set([
    'extends',
    'stage',
    'script',
    'before_script',
    'after_script',
    'artifacts',
    'rules',
    'cache',
    'when',
    'id_tokens',
    'resource_group',
  ]);
  for (const [name, job] of Object.entries<GitLabJob>(jobs)) {
    expect(Object.keys(job).filter((key) => !known.has(key))).toEqual([]);
    if (name.startsWith('.')) continue;
    expect(job['extends']).toBe('.audit-export');
    expect(stages).toContain(job['stage']);
    expect(job.script).not.toEqual([]);
  }
});

/** What each runs of this tool, in order; a GitLab job whose script fails still runs what comes after. */
const commands = {
  github: Object.values(github.jobs).flatMap(({ steps }) => steps.flatMap(({ run = '' }) => ownOf([run]))),
  gitlab: ['deliver', 'verify'].flatMap((name) => {
    const { script = [], after_script: after = [] } = gitlab[name] as GitLabJob;
    return ownOf([...script, ...after]);
  }),
};

function ownOf(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith('audit-export '));
}

async function runAll(workspace: Workspace, lines: readonly string[]): Promise<(number | null)[]> {
  const environment = { AUDIT_EXPORT_TO: './export', AUDIT_EXPORT_STORE: './export' };
  const codes: (number | null)[] = [];
  for (const line of lines) codes.push((await runLine(workspace, line, environment)).code);
  return codes;
}

describe.each(Object.entries(commands))('the job of %s', (_, lines) => {
  test('delivers, has nothing set aside, and proves it', async () => {
    const workspace = await newWorkspace();
    await workspace.write('logs/a.jsonl', generateInput({ seed: 5, lines: 20, hours: 3, damage: 0 }).bytes);
    expect(await runAll(workspace, lines)).toEqual([0, 0, 0]);
    expect((await deliveriesBelow(workspace.path('export'))).length).toBeGreaterThan(0);
    expect(JSON.parse(await readFile(workspace.path('report.json'), 'utf8'))).toMatchObject({
      report: 'push',
    });
  });

  test('fails with 5 where lines were set aside, and with 7 where an object was touched', async () => {
    const workspace = await newWorkspace();
    await mkdir(workspace.path('logs'));
    await copyFile(new URL('../../examples/events.jsonl', import.meta.url), workspace.path('logs/a.jsonl'));
    expect(await runAll(workspace, lines)).toEqual([5, 0, 0]);
    const touched = (await filesBelow(workspace.path('export'))).find((name) => name.endsWith('.gz')) ?? '';
    await writeFile(workspace.path('export', touched), 'other');
    expect(await runAll(workspace, lines)).toEqual([0, 0, 7]);
  });
});
