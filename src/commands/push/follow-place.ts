import type { PushReport } from '../../core/accounting/push-report.ts';
import { AuditExportError } from '../../errors.ts';
import { layoutOf } from './check-request.ts';
import type { PushRequest } from './check-request.ts';
import type { FollowPlace } from './follow-host.ts';
import type { DestinationFinder } from './state-place.ts';
import { statePlaceOf } from './state-place.ts';
import { destinationOf } from './through-ledger.ts';

/** Where a request delivers to, and so where its follower keeps its state; `report` is that of a run that opened the store. */
export async function placeOf(
  request: PushRequest,
  { store: location }: PushReport,
  host: DestinationFinder,
): Promise<FollowPlace> {
  const layout = layoutOf(request.options);
  return {
    profile: request.profile?.name,
    at: (await statePlaceOf(request, host)).destination,
    destination: destinationOf({ store: { location }, layout }, request),
  };
}

/**
 * Ledger, lock and spool belong to one destination: what was delivered there was not delivered elsewhere. Throws `usage`
 * where a follower is to go on with another.
 */
export function checkSameDestination(followed: FollowPlace, asked: FollowPlace): void {
  if (asked.destination === followed.destination) return;
  throw new AuditExportError(
    'usage',
    'It names another destination (store, endpoint, types or layout) than the one that is delivered to.',
    { cure: 'Restart to deliver elsewhere.' },
  );
}
