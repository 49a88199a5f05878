import type { GlobalOptions } from '../../core/config/global-settings.ts';
import type { ChosenProfile } from '../../core/config/parse-config.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import { storeAddress, storeSettings } from '../push/plan/check-request.ts';
import { witnessesOf } from '../push/evidence/witnesses.ts';
import type { LogHost, LogPlan } from '../push/evidence/open-session-log.ts';
import { SessionLog } from '../push/evidence/session-log.ts';
import type { DestinationFinder } from '../push/plan/state-place.ts';
import type { EvidencePublishOptions } from './settings.ts';

/** Whose log a command is about. */
export interface EvidenceRequest {
  options: EvidencePublishOptions & GlobalOptions;
  profile: ChosenProfile | undefined;
}

export type EvidenceHost = LogHost & DestinationFinder;

/** A log, and the store that it is in. */
export interface LogInStore {
  log: SessionLog;
  store: ObjectStore;
  plan: LogPlan;
}

/**
 * Does something with the log of a destination, and lets go of it. Throws `missing-answer`, `draft-profile`, `usage`, and what
 * opening the store fails with.
 */
export async function withLog<T>(
  request: EvidenceRequest,
  host: EvidenceHost,
  act: (opened: LogInStore) => Promise<T>,
): Promise<T> {
  const { options, profile } = request;
  witnessesOf(options);
  const address = storeAddress(request);
  const destination = await host.destinationOf(address, options.endpointUrl);
  const settings = storeSettings(request);
  const plan: LogPlan = { place: { profile, destination }, dryRun: false, storeSettings: settings, options };
  const store = await host.openStore(address, settings);
  const log = new SessionLog(plan, host, 'evidence');
  try {
    return await act({ log, store, plan });
  } finally {
    await log.close(store);
    await store.close();
  }
}
