import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { SpoolFile } from '../../../adapters/fs/spool-file.ts';
import {
  hasKeyFile,
  openKeyFile,
  openLogRecords,
  passingKey,
  readKeyFile,
  readLogRecords,
} from '../../../adapters/fs/state/log-folder.ts';
import { temporaryFolder } from '../../../adapters/fs/temporary-folder.ts';
import { openDestinationFolder } from '../../../adapters/fs/state/state-places.ts';
import type { EvidenceRequest } from '../../../commands/evidence/open-log.ts';
import { storeAddress } from '../../../commands/push/plan/check-request.ts';
import type { OpenedLog } from '../../../commands/push/session/push-host.ts';
import { findDestination } from '../delivery/state-context.ts';
import type { Destination } from '../../../ports/store/destination.ts';
import type { LogRecord } from '../../../core/log/write/log-state.ts';
import { LogState } from '../../../core/log/write/log-state.ts';
import { LogWriter } from '../../../core/log/write/log-writer.ts';
import { originOf } from '../../../core/log/log-keys.ts';
import { formatVerifierKey } from '../../../core/log/signed-note.ts';
import { PassingRecords } from '../../../core/log/write/passing-records.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { HttpPost } from '../../../ports/http-post.ts';
import type { Signer } from '../../../ports/aws/signer.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** What of the process the log needs. */
type Surroundings = Pick<
  CliContext,
  'clock' | 'signal' | 'environment' | 'workingFolder' | 'version' | 'systemState'
>;

/**
 * The log of a destination. Where its state can't be kept, or another process has it, one that lasts as long as this process,
 * signed by the same key as far as that can be had. Throws `config-invalid` for a key that was named and can't be used.
 */
export async function openLog(
  destination: Destination,
  key: string | undefined,
  context: Surroundings,
): Promise<OpenedLog> {
  const tool = `audit-export ${context.version}`;
  const passing = (): OpenedLog['file'] =>
    new PassingRecords(new SpoolFile(temporaryFolder(context.environment)));
  let signer = key === undefined ? undefined : await namedKey(key, context);
  try {
    const folder = join(await openDestinationFolder(destination, context), 'log');
    signer ??= await openKeyFile(folder);
    const { signal, clock } = context;
    const records = await openLogRecords<LogRecord>(folder, { ...clock, signal });
    const former = key !== undefined && (await hasKeyFile(folder)) ? await openKeyFile(folder) : undefined;
    if ('append' in records) return { file: records, signer, former, isKept: true, tool };
    return { file: passing(), signer, isKept: false, tool };
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    // A job without a place for state writes a log of its own each time.
    const trouble = error.code === 'state-not-written' ? {} : { trouble: error };
    return { file: passing(), signer: signer ?? passingKey(), isKept: false, tool, ...trouble };
  }
}

async function namedKey(key: string, { environment }: Surroundings): Promise<Signer> {
  if (!key.startsWith('arn:')) return readKeyFile(key);
  const { openKmsSigner } = await import('../../../adapters/aws/kms-signer.ts');
  return openKmsSigner(key, environment);
}

/** A witness that has not answered by then signs the next checkpoint. */
const postPatienceMs = 5000;

/** Posts text over HTTP. Throws what the network fails with. */
export const post: HttpPost = async (url, body, signal) => {
  const { openTransport } = await import('../../../adapters/snowflake/transport.ts');
  const { origin, pathname, search } = new URL(url);
  const transport = await openTransport(origin, postPatienceMs);
  try {
    const answer = await transport.send({
      method: 'POST',
      path: `${pathname}${search}`,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body,
      signal,
    });
    const contentType = answer.headers['content-type'] ?? '';
    return { status: answer.status, contentType, body: answer.body.toString('utf8') };
  } finally {
    transport.close();
  }
};

/** The verifier key of a destination's log, and the log's id. A log that was never written is begun. Throws what `openLog` throws. */
export async function readVerifierKey(
  request: Pick<EvidenceRequest, 'options' | 'profile'>,
  context: CliContext,
): Promise<{ log: string; key: string }> {
  const { endpointUrl, evidenceKey } = request.options;
  const destination = await findDestination(storeAddress(request), endpointUrl, context);
  const folder = join(await openDestinationFolder(destination, context), 'log');
  const state = new LogState();
  for (const record of await readLogRecords<LogRecord>(folder)) state.apply(record);
  const signer = evidenceKey === undefined ? await openKeyFile(folder) : await namedKey(evidenceKey, context);
  if (state.id !== '') return { log: state.id, key: verifierOf(state.id, signer) };
  const { tool, file } = await openLog(destination, evidenceKey, context);
  const writer = await LogWriter.open({
    file,
    signer,
    tool,
    now: context.clock.now,
    newId: () => randomUUID(),
    store: destination.text,
  });
  await writer.close();
  return { log: writer.state.id, key: verifierOf(writer.state.id, signer) };
}

function verifierOf(id: string, { publicKey }: Signer): string {
  return formatVerifierKey({ name: originOf(id), kind: 'ed25519', publicKey });
}
