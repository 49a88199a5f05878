import { resolve } from 'node:path';
import type { StatePlace } from '../../../core/config/destination.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import { describeStoreAddress } from '../../../core/config/store-address.ts';
import type { FileChoices } from '../../../core/files/catalogue.ts';
import type { Compression } from '../../../core/delivery/codec.ts';
import type { Patience } from '../../../core/delivery/retry/retrying-store.ts';
import type { AlertRule } from '../../../core/alerts/alert-rules.ts';
import { AuditExportError } from '../../../errors.ts';
import { checkObjectSize, layoutOf, storeAddress, storeSettings } from './check-request.ts';
import type { PushRequest } from './check-request.ts';
import { witnessesOf } from '../evidence/witnesses.ts';
import type { PushHost, StoreSettings } from '../session/push-host.ts';
import type { PushOptions } from './settings.ts';
import type { Cut } from '../../../ports/state/batch.ts';

/** A request, understood: what was checked is what is used. */
export interface PushPlan {
  inputs: readonly string[];
  options: PushRequest['options'];
  address: StoreAddress;
  /** Where its state is kept: by profile, and by destination. */
  place: StatePlace;
  storeSettings: StoreSettings;
  cut: Cut;
  /** Whether events are told apart by keys, for the index of `--dedupe`. */
  eventKeys: boolean;
  level: number;
  patience: Patience;
  /** Bad lines that the run may have before it stops. */
  badLineLimit: number;
  quarantineFolder: string | undefined;
  /** Folders and prefixes that the run writes to, and must not read. */
  written: readonly string[];
  dryRun: boolean;
  /** Which events are alerts; undefined where none are written. */
  alertRules: readonly AlertRule[] | undefined;
}

/**
 * Understands a request. Throws what is wrong with it before anything is opened: `missing-answer`, `draft-profile`, `usage`,
 * `schema-invalid`.
 */
export async function planPush(request: PushRequest, host: PushHost): Promise<PushPlan> {
  const { inputs, options, profile } = request;
  if (options.reread && options.dedupe !== undefined)
    throw new AuditExportError(
      'usage',
      "--reread and --dedupe can't be used together: which events were dropped as duplicates is not kept.",
      {
        cure: 'Run it without --dedupe; where the profile has it: audit-export config set dedupe --unset. Events that were dropped then are stored once more.',
      },
    );
  witnessesOf(options);
  const address = storeAddress(request);
  const place = { profile, destination: await host.destinationOf(address, options.endpointUrl) };
  const quarantineFolder = options.quarantine ?? host.quarantineFolder(place);
  return {
    inputs: [...new Set([...inputs, ...(options.again ?? []), ...(options.accept ?? [])])],
    options,
    address,
    place,
    storeSettings: { ...storeSettings(request), checked: !options.follow },
    cut: await cutOf(options, host),
    eventKeys: options.dedupe !== undefined,
    level: options.level,
    patience: options.follow ? 'endless' : { retryForMs: options.retryFor, tries: host.maxAttempts() },
    badLineLimit: options.strict ? 0 : (options.limitBad ?? Number.POSITIVE_INFINITY),
    quarantineFolder,
    written: [
      ...(quarantineFolder === undefined ? [] : [quarantineFolder]),
      address.kind === 'folder' ? address.path : describeStoreAddress(address),
    ],
    dryRun: options.dryRun,
    alertRules: await alertRulesOf(options, host),
  };
}

async function alertRulesOf(
  { alertRules: file, dryRun }: PushOptions,
  host: Pick<PushHost, 'readAlertRules'>,
): Promise<readonly AlertRule[] | undefined> {
  if (file === undefined) return undefined;
  const { parseAlertRules } = await import('../../../core/alerts/alert-rules.ts');
  const rules = parseAlertRules(file, await host.readAlertRules(file));
  return dryRun ? undefined : rules;
}

async function cutOf(options: PushOptions, host: Pick<PushHost, 'readOwnTypes'>): Promise<Cut> {
  const { objectSize, compression, types, maxLine, unwrap, ignore, schemas = [] } = options;
  checkObjectSize(objectSize);
  return {
    objectBytes: objectSize,
    compression: compression as Compression,
    layout: layoutOf(options),
    ...(types === undefined ? {} : { types }),
    maxLineBytes: maxLine,
    unwrap: unwrap as Cut['unwrap'],
    ...(ignore === undefined ? {} : { ignore }),
    ownTypes: await host.readOwnTypes(schemas),
  };
}

/** Which files somebody has decided about. */
export function choicesOf({ options: { again, accept } }: PushPlan): FileChoices {
  const paths = (files: readonly string[] = []): Set<string> => new Set(files.map((file) => resolve(file)));
  return { again: paths(again), accept: paths(accept) };
}
