import { readFile, stat } from 'node:fs/promises';
import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { runCommand } from '../../../../src/adapters/emulator/host/run-command.ts';
import { settingsPlace } from '../../../../src/adapters/emulator/host/settings-place.ts';
import { writePrivateFiles } from '../../../../src/adapters/emulator/host/private-files.ts';
import { startRehearsal } from '../../../../src/adapters/emulator/start-rehearsal.ts';
import {
  rehearse,
  type RehearsalReport,
  type RehearseOptions,
} from '../../../../src/commands/rehearse/index.ts';
import type { RehearseHost } from '../../../../src/commands/rehearse/rehearse-host.ts';

interface Recorded {
  readonly host: RehearseHost;
  readonly out: string[];
  readonly err: string[];
  readonly stop: AbortController;
}

function recordingHost(environment: NodeJS.ProcessEnv = {}): Recorded {
  const [out, err, stop] = [[] as string[], [] as string[], new AbortController()];
  const host: RehearseHost = {
    startRehearsal,
    writePrivateFiles,
    settingsPlace,
    processId: 4242,
    runCommand: async (command, change) =>
      await runCommand(command, { environment, ...change, signal: stop.signal }),
    print: (text) => void out.push(text),
    say: (text) => void err.push(text),
    signal: stop.signal,
  };
  return { host, out, err, stop };
}

function options(more: Partial<RehearseOptions> = {}): RehearseOptions {
  return { port: 0, dataDir: undefined, scenario: 'healthy', seed: 1, command: [], json: false, ...more };
}

/** Runs a script in Node, under the environment of the rehearsal. */
const node = (script: string): string[] => [process.execPath, '-e', script];

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('rehearse with a command', () => {
  test.each([0, 7])('ends with the exit code of the command: %i', async (code) => {
    const { host } = recordingHost(process.env);
    expect(await rehearse(options({ command: node(`process.exit(${code})`) }), host)).toBe(code);
  });

  test('a command that a signal ends is 128 and the number of the signal', async () => {
    const { host } = recordingHost(process.env);
    const command = node('process.kill(process.pid, "SIGTERM"); setTimeout(() => undefined, 10_000)');
    expect(await rehearse(options({ command }), host)).toBe(128 + 15);
  });

  test('a command that is not there is a usage error', async () => {
    const { host } = recordingHost(process.env);
    await expect(rehearse(options({ command: ['no-such-program-here'] }), host)).rejects.toMatchObject({
      code: 'usage',
    });
  });

  test('the command does not see credentials and endpoints of the shell, which would lead to AWS', async () => {
    const real = {
      AWS_ACCESS_KEY_ID: 'AKIAREAL',
      AWS_PROFILE: 'production',
      AWS_ENDPOINT_URL_S3: 'https://real.example',
    };
    const { host } = recordingHost({ ...process.env, ...real });
    const names = JSON.stringify(Object.keys(real));
    const script = `process.exit(${names}.some((n) => process.env[n]) || !process.env.AWS_CONFIG_FILE ? 1 : 0)`;
    expect(await rehearse(options({ command: node(script) }), host)).toBe(0);
  });
});

describe('rehearse without a command', () => {
  async function whileRunning(
    more: Partial<RehearseOptions>,
    look: (recorded: Recorded) => Promise<void>,
  ): Promise<void> {
    const recorded = recordingHost();
    const ended = rehearse(options(more), recorded.host);
    await vi.waitFor(() => expect(recorded.out).toHaveLength(1));
    try {
      await look(recorded);
    } finally {
      recorded.stop.abort();
    }
    expect(await ended).toBe(0);
  }

  test('says on stderr that this is not AWS, and prints the environment as shell lines', async () => {
    await whileRunning({}, async ({ out, err }) => {
      expect(err.join('\n')).toContain('This is not AWS');
      expect(err.join('\n')).toContain('Scenario healthy');
      expect(out[0]).toMatch(/^unset AWS_ACCESS_KEY_ID /);
      expect(out[0]).toMatch(/^export AWS_CONFIG_FILE='\/.+'$/m);
      await Promise.resolve();
    });
  });

  test('--json gives the same as data, with what the scenario prepared', async () => {
    await whileRunning({ json: true }, async ({ out }) => {
      const report = JSON.parse(out[0] ?? '') as RehearsalReport;
      expect(report).toMatchObject({
        region: 'us-east-1',
        scenario: { name: 'healthy' },
        prepared: { bucket: 'audit-rehearsal', externalId: 'rehearsal-organization' },
        profiles: { customer: { accountId: '111122223333' }, vendor: { accountId: '444455556666' } },
      });
      const secrets = await readFile(report.environment.set.AWS_SHARED_CREDENTIALS_FILE ?? '', 'utf8');
      for (const [, secret = ''] of secrets.matchAll(/secret_access_key = (.+)/g))
        expect(out[0]).not.toContain(secret);
    });
  });

  test('the profiles work in the SDK by their names alone, and only their user can read them', async () => {
    await whileRunning({ json: true }, async ({ out }) => {
      const { environment } = JSON.parse(out[0] ?? '') as RehearsalReport;
      for (const [name, value] of Object.entries(environment.set)) vi.stubEnv(name, value);
      for (const name of environment.unset) vi.stubEnv(name, undefined);
      const whoIs = async (profile: string): Promise<string | undefined> =>
        (await new STSClient({ profile }).send(new GetCallerIdentityCommand())).Arn;
      expect(await whoIs('customer')).toBe('arn:aws:iam::111122223333:user/admin');
      expect(await whoIs('default')).toBe('arn:aws:iam::111122223333:user/admin');
      expect(await whoIs('vendor')).toBe('arn:aws:iam::444455556666:user/exporter');
      const { Buckets } = await new S3Client({ profile: 'customer' }).send(new ListBucketsCommand());
      expect(Buckets?.map(({ Name }) => Name)).toEqual(['audit-rehearsal']);
      const file = environment.set.AWS_SHARED_CREDENTIALS_FILE ?? '';
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readFile(file, 'utf8')).toContain('[vendor]');
    });
  });

  test('nothing is left when it ends', async () => {
    let file = '';
    await whileRunning({ json: true }, async ({ out }) => {
      const { environment } = JSON.parse(out[0] ?? '') as RehearsalReport;
      file = environment.set.AWS_CONFIG_FILE ?? '';
      expect((await stat(file)).isFile()).toBe(true);
    });
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a scenario nobody knows is refused before anything listens', async () => {
    const { host, out } = recordingHost();
    await expect(rehearse(options({ scenario: 'nonsense' }), host)).rejects.toMatchObject({ code: 'usage' });
    expect(out).toEqual([]);
  });
});

describe('configuration and state of what runs in it', () => {
  const environmentOf = async (more: Partial<RehearseOptions>): Promise<RehearsalReport> => {
    const { host, out, stop } = recordingHost(process.env);
    const running = rehearse(options({ json: true, ...more }), host);
    await vi.waitFor(() => expect(out).toHaveLength(1));
    stop.abort();
    await running;
    return JSON.parse(out[0] ?? '') as RehearsalReport;
  };

  test('are its own, and go with it', async () => {
    const { set } = (await environmentOf({})).environment;
    expect(set['AUDIT_EXPORT_CONFIG']).toContain('audit-export-settings-');
    await expect(stat(set['AUDIT_EXPORT_CONFIG'] ?? '')).rejects.toThrow('ENOENT');
  });

  test('are the user’s where that is said', async () => {
    const { set } = (await environmentOf({ ownSettings: true })).environment;
    expect(set).not.toHaveProperty('AUDIT_EXPORT_CONFIG');
    expect(set).not.toHaveProperty('XDG_STATE_HOME');
  });

  test('a rehearsal ends by itself after the time that it was given', async () => {
    const { host } = recordingHost();
    expect(await rehearse(options({ forMs: 5 }), host)).toBe(0);
  });
});
