/**
 * A store, its bucket and prefix, or a folder by its real path: what is delivered there is written down once, whatever
 * profile, types, layout or spelling of the endpoint it was delivered with.
 */
export interface Destination {
  /** 32 hex digits. */
  readonly id: string;
  /** The same in words. */
  readonly text: string;
}
