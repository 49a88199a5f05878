import type { PlannedChange } from '../../core/setup/plan/change.ts';
import { describeChange } from '../../core/setup/plan/change.ts';
import type { Invocation } from '../verb.ts';

/** Says on stderr what has been done, line by line. */
export function changeLine({ context, options }: Invocation): (change: PlannedChange) => void {
  return (change) => {
    if (!options.quiet) context.stderr.write(`  done: ${describeChange(change)}\n`);
  };
}

/** `1 change`, `3 changes`. */
export function countChanges({ length }: readonly PlannedChange[]): string {
  return length === 1 ? '1 change' : `${length} changes`;
}
