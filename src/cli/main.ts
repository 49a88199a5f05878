import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { systemClock } from '../adapters/system/system-clock.ts';
import { dropEmpty } from './environment.ts';
import { logFormatOf } from './terminal/log-format.ts';
import { runProcess, stoppingSignals } from './run-process.ts';

dropEmpty(process.env);
// The SDK warns on stderr, once a client, that it will drop Node 20; it is said below, once a week.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

giveHome();

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const argv = process.argv.slice(2);

// What Node itself and the libraries have to say is part of the log as well.
if (logFormatOf(argv, process.env) === 'json') {
  const { tellAllAsJson } = await import('./terminal/log-context.ts');
  tellAllAsJson(process, version);
}

/**
 * A service may have a user id that passwd does not know, and no HOME: Node throws where a home is asked for then, by us or
 * by the AWS SDK. It gets one that does not exist, as Debian gives users without a home. A variable that is empty is not set.
 */
function giveHome(): void {
  if (process.env['HOME'] === '') delete process.env['HOME'];
  try {
    homedir();
  } catch {
    process.env['HOME'] = '/nonexistent';
  }
}

/** Undefined where it was removed. */
function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

const folder = workingFolder();
if (folder === undefined) {
  const { tellNoFolder } = await import('./terminal/log-context.ts');
  process.exitCode = tellNoFolder(process, { format: logFormatOf(argv, process.env), version });
} else
  process.exitCode = await runProcess(argv, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    workingFolder: folder,
    clock: systemClock,
    version,
    // The second signal has its usual effect.
    onStop: (listener) => {
      for (const name of stoppingSignals) process.once(name, () => listener(name));
    },
    onHangUp: (listener) => {
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
  });
if (process.stderr.isTTY) {
  const { tellOfNode } = await import('./terminal/node-notice.ts');
  const { stderr, env: environment } = process;
  const surroundings = { stderr, environment, clock: systemClock, workingFolder: folder ?? '/' };
  await tellOfNode(process.versions.node, argv, surroundings);
}
