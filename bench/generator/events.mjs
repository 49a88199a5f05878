/** The generator's public face; `events.d.mts` has its types and says what each option does. */
export { AUDIT_TYPES, DAMAGES } from './plan.mjs';
export { describeEvents, generateEvents } from './stream.mjs';
