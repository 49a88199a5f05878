import type { OwnTypeFile } from '../audit-types/compile-own-type.ts';

/**
 * All settings that decide which objects lines become. They are kept with the lines, so that a batch that was begun is
 * finished in the same way although the configuration has changed since: the same lines never come under two names.
 */
export interface CutSettings {
  objectBytes: number;
  layout: string;
  /** Audit types to deliver; all if missing. */
  types?: readonly string[];
  /** A longer line is set aside. */
  maxLineBytes: number;
  compression: string;
  ownTypes: readonly OwnTypeFile[];
}
