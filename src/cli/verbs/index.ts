import type { Verb } from '../verb.ts';
import { pushVerb } from './push.ts';
import { quarantineListVerb, quarantineReplayVerb } from './quarantine.ts';
import { typesCheckVerb, typesListVerb, typesShowVerb } from './types.ts';

/** All commands, in the order of the help. Adding one is one file and one line here. */
export const verbs: readonly Verb[] = [
  pushVerb,
  quarantineListVerb,
  quarantineReplayVerb,
  typesListVerb,
  typesShowVerb,
  typesCheckVerb,
];
