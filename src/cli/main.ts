import { readFileSync } from 'node:fs';
import { run } from './run.ts';

// The SDK warns on stderr, once a client, that it will drop Node 20; the README says it once.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The first signal asks the run to stop in order; the second has its usual effect. */
function onceAborted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      process.stderr.write(
        '\nStopping: what is under way is finished. Press Ctrl-C again to stop at once.\n',
      );
      controller.abort();
    });
  }
  return controller.signal;
}

// A reader that has seen enough (`| head`) closes the pipe: no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingFolder: process.cwd(),
  version,
  signal: onceAborted(),
});
