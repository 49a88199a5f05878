import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dropEmpty } from './environment.ts';
import { logFormatOf } from './log-format.ts';
import { watchOutput } from './output.ts';
import { run } from './run.ts';

dropEmpty(process.env);
// The SDK warns on stderr, once a client, that it will drop Node 20; the README says it once.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

giveHome();

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const argv = process.argv.slice(2);
const logFormat = logFormatOf(argv, process.env);

async function tellOfStopping(signal: string): Promise<void> {
  const { openLog } = await import('./log-context.ts');
  const again = signal === 'SIGINT' ? 'Press Ctrl-C again to stop' : 'A second signal stops it';
  const message = `Stopping: what is under way is finished. ${again} at once.`;
  openLog(process.stderr, logFormat).note('stopping', message, { signal }, `\n${message}\n`);
}

// What Node itself and the libraries have to say is part of the log as well.
if (logFormat === 'json') {
  const { tellAllAsJson } = await import('./log-context.ts');
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

/** The first signal asks the run to stop in order; the second has its usual effect. */
function onceAborted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort();
      void tellOfStopping(name);
    });
  }
  return controller.signal;
}

const output = watchOutput(process.stdout, process.stderr);
const exitCode = await run(argv, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingFolder: process.cwd(),
  version,
  signal: onceAborted(),
  onHangUp: (listener) => {
    process.on('SIGHUP', listener);
    return () => process.off('SIGHUP', listener);
  },
});
const failure = await output.failure();
if (failure === undefined) process.exitCode = exitCode;
else {
  const { openLog } = await import('./log-context.ts');
  const { tellError } = await import('./render/error.ts');
  tellError(openLog(process.stderr, logFormat), failure, { version, verbose: argv.includes('--verbose') });
  process.exitCode = exitCode === 0 ? failure.exitCode : exitCode;
}
