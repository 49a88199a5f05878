import type { JournalProblems } from '../ports/journal-problems.ts';

/** The problems that the journals in these folders of destinations know. */
export function openJournalProblems(_folders: readonly string[]): JournalProblems {
  return { list: async () => [], dismiss: async () => undefined };
}
