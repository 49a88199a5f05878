import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Emulator } from '../../ports/aws/emulator.ts';
import { AuditExportError } from '../../errors.ts';
import { handleRequest } from './server/handle-request.ts';
import { RequestLog } from './server/request-log.ts';
import { createWorld } from './create-world.ts';
import { findEntity } from './identity/directory.ts';
import { accessOf, accounts } from './identity/first-accounts.ts';
import { prepared, type Scenario } from './scenarios/scenario.ts';
import { lockFolder } from './storage/folder-lock.ts';
import type { World } from './world.ts';

const loopback = '127.0.0.1';

export interface EmulatorOptions {
  /** 0 or none: any free port. */
  readonly port?: number;
  /** Keeps everything in this folder; without it, in memory. */
  readonly dataDir?: string;
  /** Makes shares of faults come out the same in every run; default 1. */
  readonly seed?: number;
  /** What is there from the start and what goes wrong; default: two accounts, nothing in them, nothing wrong. */
  readonly scenario?: Scenario;
  /** The region of the accounts' profiles; default us-east-1. */
  readonly region?: string;
  /** Accept and forget the bodies of objects: for measuring a client. */
  readonly discard?: boolean;
  /** Sessions end after so many seconds at most, whatever was asked for: to try a renewal. */
  readonly sessionSeconds?: number;
  /** ARN of the queue that gets the events of buckets that tell EventBridge, as by a rule that lets all of them through. */
  readonly eventBridgeQueue?: string;
}

/**
 * Starts S3, SQS, STS and IAM on loopback and nowhere else.
 * Throws `AuditExportError` port-in-use, or usage where another rehearsal has the data folder.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const unlock = options.dataDir === undefined ? undefined : await lockFolder(options.dataDir);
  try {
    return await startUnlocked(options, unlock);
  } catch (error) {
    await unlock?.();
    throw error;
  }
}

async function startUnlocked(options: EmulatorOptions, unlock?: () => Promise<void>): Promise<Emulator> {
  const world = await createWorld({
    region: options.region ?? 'us-east-1',
    dataDir: options.dataDir,
    seed: options.seed ?? 1,
    discard: options.discard ?? false,
    sessionSeconds: options.sessionSeconds,
    scenario: options.scenario ?? { summary: 'nothing prepared' },
    eventBridgeQueue: options.eventBridgeQueue,
  });
  const log = new RequestLog();
  const server = createEmulatorServer(world, log);
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://${loopback}:${port}`,
    port,
    region: world.region,
    customer: accessOf(world.directory, accounts.customer),
    vendor: accessOf(world.directory, accounts.vendor),
    sameAccount: accessOf(world.directory, accounts.sameAccount),
    prepared: preparedIn(world),
    faults: world.faults,
    requests: () => log.list(),
    close: async () => {
      await stop(server);
      await unlock?.();
    },
  };
}

/** Closing twice is closing once. */
async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function createEmulatorServer(world: World, log: RequestLog): Server {
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
  server.on('request', (incoming, response) => void handleRequest(world, log, incoming, response));
  // With a listener here, the body of `Expect: 100-continue` is asked for only once the headers are found good.
  server.on('checkContinue', (incoming, response) => void handleRequest(world, log, incoming, response));
  return server;
}

function preparedIn(world: World): Emulator['prepared'] {
  const { accountId } = accounts.customer;
  const role = findEntity(world.directory, 'role', accountId, prepared.roleName);
  return {
    bucket: world.buckets.has(prepared.bucket) ? prepared.bucket : undefined,
    roleArn: role?.arn,
    prefix: prepared.prefix,
    externalId: prepared.externalId,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(listenError(error, port));
    });
    server.listen({ host: loopback, port }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new AuditExportError('port-in-use', `port ${port} is taken`, {
    cure: 'choose another with --port, or leave it out for any free one',
    cause: error,
  });
}
