// @ts-check
import { fork } from 'node:child_process';
import { once } from 'node:events';

/** @typedef {import('./sink.mjs').SinkTally} SinkTally */
/** @typedef {{ url: string, takeTally: () => Promise<SinkTally>, close: () => void }} Sink */

/** Starts the discarding S3 endpoint in a process of its own. @returns {Promise<Sink>} */
export async function startSink() {
  const child = fork(new URL('sink.mjs', import.meta.url), { execArgv: ['--max-old-space-size=4096'] });
  const [{ port }] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    takeTally: async () => {
      child.send('tally');
      const [{ tally }] = await once(child, 'message');
      return tally;
    },
    close: () => child.disconnect(),
  };
}
