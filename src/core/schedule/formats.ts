/** What a schedule can be printed as: apart from the renderers, which the help need not load. */
export const scheduleFormats = ['systemd', 'cron', 'kubernetes-cronjob', 'kubernetes-deployment'] as const;

export type ScheduleFormat = (typeof scheduleFormats)[number];
