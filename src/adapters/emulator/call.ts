import type { Effects } from './faults/effects.ts';
import type { Principal } from './identity/principal.ts';
import type { WireRequest } from './wire/wire-request.ts';
import type { World } from './world.ts';

/** One request on its way through a service, with who makes it. */
export interface Call {
  readonly world: World;
  readonly request: WireRequest;
  readonly effects: Effects;
  /** Epoch milliseconds, as the emulator's clock shows them for this request. */
  readonly now: number;
  readonly principal: Principal;
  /** The region of the signature's scope; undefined for an anonymous request. */
  readonly region: string | undefined;
  /** How the request was signed, for the condition keys. */
  readonly authType: 'REST-HEADER' | 'REST-QUERY-STRING' | undefined;
  /** Milliseconds since the request was signed. */
  readonly signatureAgeMs: number;
}
