import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';

/** A server the contract is held against, and who may do what there. */
export interface Target {
  /** `rehearse`, `moto`, or whatever an endpoint given by the environment calls itself. */
  readonly server: string;
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Administrator of the account that owns buckets and roles. */
  readonly customer: Access;
  /** May assume roles, in another account. */
  readonly vendor: Access;
  stop(): Promise<void>;
}

export interface Access {
  readonly accountId: string;
  readonly principalArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TargetStart {
  readonly server: string;
  start(): Promise<Target>;
}

/**
 * The server to run against: the endpoint of `AUDIT_EXPORT_TEST_ENDPOINT` where it is set; moto where
 * `AUDIT_EXPORT_MOTO_UP` names a script that starts one and prints `ENDPOINT=…`, `CUSTOMER_…=…` lines; else the rehearsal.
 */
export function targets(environment: NodeJS.ProcessEnv = process.env): readonly TargetStart[] {
  if (environment.AUDIT_EXPORT_TEST_ENDPOINT !== undefined) {
    const server = environment.AUDIT_EXPORT_TEST_SERVER ?? 'aws';
    return [{ server, start: async () => await Promise.resolve(givenTarget(server, environment)) }];
  }
  const script = environment.AUDIT_EXPORT_MOTO_UP;
  return script === undefined
    ? [{ server: 'rehearse', start: startRehearsal }]
    : [{ server: 'moto', start: async () => await startMoto(script) }];
}

/** Whether the contract is held against nothing but the rehearsal, so that nobody else vouches for it. */
export function onlyTheRehearsal(environment: NodeJS.ProcessEnv = process.env): boolean {
  return targets(environment).every(({ server }) => server === 'rehearse');
}

async function startRehearsal(): Promise<Target> {
  const emulator = await startEmulator();
  const { url, region, customer, vendor } = emulator;
  const stop = async (): Promise<void> => {
    await emulator.close();
  };
  return { server: 'rehearse', endpoint: url, region, customer, vendor, stop };
}

async function startMoto(script: string): Promise<Target> {
  const state = await mkdtemp(join(tmpdir(), 'contract-moto-'));
  const environment = { ...process.env, MOTO_UP_PORT: String(await freePort()), MOTO_UP_STATE: state };
  const { stdout } = await promisify(execFile)(script, { env: environment });
  const lines = stdout.split('\n').map((line): [string, string] => {
    const equals = line.indexOf('=');
    return [`AUDIT_EXPORT_TEST_${line.slice(0, equals)}`, line.slice(equals + 1)];
  });
  const values = Object.fromEntries(lines);
  return {
    ...givenTarget('moto', values),
    stop: async () => {
      process.kill(Number(values.AUDIT_EXPORT_TEST_PID));
      await rm(state, { recursive: true, force: true });
    },
  };
}

function givenTarget(server: string, environment: NodeJS.ProcessEnv): Target {
  const value = (name: string): string => {
    const text = environment[`AUDIT_EXPORT_TEST_${name}`];
    if (text === undefined) throw new Error(`AUDIT_EXPORT_TEST_${name} is not set`);
    return text;
  };
  const access = (who: 'CUSTOMER' | 'VENDOR', principalArn: string): Access => ({
    accountId: value(`${who}_ACCOUNT_ID`),
    principalArn,
    accessKeyId: value(`${who}_ACCESS_KEY_ID`),
    secretAccessKey: value(`${who}_SECRET_ACCESS_KEY`),
  });
  return {
    server,
    endpoint: server === 'aws' ? undefined : value('ENDPOINT'),
    region: value('AWS_REGION'),
    customer: access('CUSTOMER', `arn:aws:iam::${value('CUSTOMER_ACCOUNT_ID')}:user/admin`),
    vendor: access('VENDOR', value('VENDOR_PRINCIPAL')),
    stop: async () => await Promise.resolve(),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}
