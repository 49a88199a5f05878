import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { AwsSettings, S3WriteSettings } from '../../../../src/adapters/aws/aws-settings.ts';
import type { S3Store } from '../../../../src/adapters/aws/s3/s3-store.ts';
import { openS3Store } from '../../../../src/adapters/aws/s3/s3-store.ts';
import type { EmulatorOptions } from '../../../../src/adapters/emulator/start-emulator.ts';
import { startEmulator } from '../../../../src/adapters/emulator/start-emulator.ts';
import { scenarios } from '../../../../src/adapters/emulator/scenarios/scenarios.ts';
import type { Emulator, RequestRecord } from '../../../../src/ports/aws/emulator.ts';
import type { FinishedObject } from '../../../../src/ports/store/object-store.ts';

/** A connection that is silent for so long counts as failed. */
const silenceMs = 1000;

export interface Opening {
  /** Through the role that is prepared, with the vendor's key. */
  role?: boolean;
  key?: { accessKeyId: string; secretAccessKey: string };
  more?: Partial<S3WriteSettings>;
  checked?: boolean;
  endpointUrl?: string;
}

export interface Rehearsal {
  readonly emulator: Emulator;
  /** A store below the prefix that is prepared; its credentials are in the environment, as the SDK finds them. */
  open: (opening?: Opening) => Promise<S3Store>;
  object: (bytes?: number) => FinishedObject;
  requestsFor: (operation: string) => RequestRecord[];
}

/** An emulator with bucket and role for the tests of a file, or of a `describe`. */
export function useRehearsal(options: EmulatorOptions = {}): Rehearsal {
  const stores: S3Store[] = [];
  const state = { emulator: undefined as Emulator | undefined, objects: 0 };
  const emulator = (): Emulator => {
    if (state.emulator === undefined) throw new Error('the emulator is not started yet');
    return state.emulator;
  };
  beforeAll(async () => {
    const scenario = scenarios['healthy'];
    state.emulator = await startEmulator({ ...options, ...(scenario === undefined ? {} : { scenario }) });
  });
  afterAll(() => emulator().close());
  afterEach(async () => {
    emulator().faults.clear();
    vi.unstubAllEnvs();
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });
  return {
    get emulator() {
      return emulator();
    },
    open: async ({ role = false, key, more = {}, checked = true, endpointUrl } = {}) => {
      const { prepared, vendor, customer, region, url } = emulator();
      const { accessKeyId, secretAccessKey } = key ?? (role ? vendor : customer);
      vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
      vi.stubEnv('AWS_ENDPOINT_URL_STS', url);
      const aws: AwsSettings = {
        region,
        endpointUrl: endpointUrl ?? url,
        pathStyle: undefined,
        role: role ? { arn: prepared.roleArn ?? '', externalId: prepared.externalId } : undefined,
      };
      const write: S3WriteSettings = {
        bucket: prepared.bucket ?? '',
        prefix: prepared.prefix.replace(/\/$/, ''),
        bucketOwner: undefined,
        storageClass: undefined,
        kmsKeyId: undefined,
        sse: undefined,
        acl: undefined,
        tags: undefined,
        ...more,
      };
      const store = await openS3Store(aws, write, process.env, { silenceMs, checked });
      stores.push(store);
      return store;
    },
    object: (bytes = 3500) => ({
      key: `${emulator().prepared.prefix}audit_type=query/object-${++state.objects}.jsonl.gz`,
      body: randomBytes(bytes),
      contentType: 'application/gzip',
    }),
    requestsFor: (operation) =>
      emulator()
        .requests()
        .filter((request) => request.operation === operation),
  };
}
