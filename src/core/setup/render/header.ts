import type { PrintedAccess } from './render-access.ts';

/** What the file makes, as comment lines for its head. */
export function header({ explanation }: PrintedAccess): string {
  return explanation.map((sentence) => `# ${sentence}\n`).join('');
}
