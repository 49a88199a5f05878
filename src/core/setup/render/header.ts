import type { DesiredAccess } from '../desired/desired-access.ts';
import { explainAccess } from '../desired/explain.ts';

/** What the file makes, as comment lines for its head. */
export function header(desired: DesiredAccess): string {
  return explainAccess(desired)
    .map((sentence) => `# ${sentence}\n`)
    .join('');
}
