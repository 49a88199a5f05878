import { AuditExportError } from '../../../errors.ts';
import { cronHours, dividesDay, hoursOfDay, minuteOf } from '../every.ts';
import { cronWord } from '../quoting.ts';
import type { RenderedFile, Schedule } from '../schedule.ts';
import { commandWords, explainSchedule } from '../schedule.ts';

/** Vixie cron takes commands of so many characters (MAX_COMMAND). */
const longestCommand = 998;

/** A line for `crontab -e` of the user that runs it. Throws `usage` where it would be longer than cron takes. */
export function renderCron(schedule: Schedule): RenderedFile[] {
  const { name, program, configFile, stateHome, keyFile, everyHours = 24 } = schedule;
  const words = [...program, ...commandWords(schedule, { config: configFile })];
  // Cron knows nothing of a shell's environment: what the job keeps must lie where status looks.
  const variables = Object.entries({
    XDG_STATE_HOME: stateHome,
    SNOWFLAKE_PRIVATE_KEY_PATH: keyFile,
  }).flatMap(([variable, value]) => (value === undefined ? [] : [`${variable}=${cronWord(value)}`]));
  const command = [...variables, ...words.map(cronWord)].join(' ');
  if (command.length > longestCommand)
    throw new AuditExportError(
      'usage',
      `The command has ${command.length} characters, and cron takes ${longestCommand}.`,
      {
        cure: 'Name a folder instead of its files, or use --format systemd.',
      },
    );
  const comments = [
    ...explainSchedule(schedule),
    'Two runs of one profile do not overlap: push takes a lock. Cron mails what goes wrong, and nothing else.',
    "Cron knows nothing of your shell's environment: credentials come from ~/.aws, or from lines AWS_PROFILE=… above this one.",
    ...(dividesDay(everyHours) ? [] : [shorterGap(everyHours)]),
  ];
  const line = `${minuteOf(name)} ${cronHours(everyHours)} * * * ${command}`;
  return [{ file: `${name}.cron`, text: `${comments.map((text) => `# ${text}\n`).join('')}${line}\n` }];
}

/** What a calendar makes of hours that do not divide the day. */
export function shorterGap(everyHours: number): string {
  const hours = hoursOfDay(everyHours);
  const gap = 24 - (hours.at(-1) ?? 0);
  return `The hours begin anew each day (${hours.join(', ')} o'clock): over midnight it is ${gap} h instead of ${everyHours} h.`;
}
