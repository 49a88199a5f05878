import type { ScheduleReport } from '../../commands/schedule/index.ts';

/** The files as one text; where there are several, each begins with its name in a comment. */
export function renderScheduleReport({ files }: ScheduleReport): string {
  if (files.length === 1) return files[0]?.text ?? '';
  return files.map(({ file, text }) => `# ${file}\n${text}`).join('\n');
}
