import { cronHours, dividesDay, minuteOf } from '../every.ts';
import type { RenderedFile, Schedule } from '../schedule.ts';
import { deadlineSeconds } from '../schedule.ts';
import { shorterGap } from './cron.ts';
import { containerName, metadata, podTemplate, renderDocuments } from './kubernetes-documents.ts';

/** A CronJob with what it needs: service account, configuration, state. */
export function renderKubernetesCronJob(schedule: Schedule): RenderedFile[] {
  const { everyHours = 24 } = schedule;
  const notes = dividesDay(everyHours) ? [] : [shorterGap(everyHours)];
  return [
    { file: `${schedule.name}.yaml`, text: renderDocuments(schedule, cronJob(schedule, everyHours), notes) },
  ];
}

function cronJob(schedule: Schedule, everyHours: number): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadata(schedule),
    spec: {
      schedule: `${minuteOf(schedule.name)} ${cronHours(everyHours)} * * *`,
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      // Without it, a cluster that was down for long enough never starts the job again.
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          activeDeadlineSeconds: deadlineSeconds(everyHours),
          backoffLimit: 2,
          podFailurePolicy: {
            rules: [
              {
                // Usage, configuration, access, quarantine: at once again would end the same way.
                action: 'FailJob',
                onExitCodes: { containerName, operator: 'In', values: [2, 3, 4, 5] },
              },
            ],
          },
          template: podTemplate(schedule, { flags: [], container: {}, pod: { restartPolicy: 'Never' } }),
        },
      },
    },
  };
}
