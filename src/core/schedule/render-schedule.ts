import { renderCron } from './render/cron.ts';
import { renderKubernetesCronJob } from './render/kubernetes-cronjob.ts';
import { renderKubernetesDeployment } from './render/kubernetes-deployment.ts';
import { renderSystemd } from './render/systemd.ts';
import type { ScheduleFormat } from './formats.ts';
import type { RenderedFile, Schedule } from './schedule.ts';

const renderers: Record<
  ScheduleFormat,
  { render: (schedule: Schedule) => RenderedFile[]; runsHere: boolean }
> = {
  systemd: { render: renderSystemd, runsHere: true },
  cron: { render: renderCron, runsHere: true },
  'kubernetes-cronjob': { render: renderKubernetesCronJob, runsHere: false },
  'kubernetes-deployment': { render: renderKubernetesDeployment, runsHere: false },
};

/** Whether what is printed runs on this machine, with its paths. */
export function runsHere(format: ScheduleFormat): boolean {
  return renderers[format].runsHere;
}

/** A schedule in one of the forms: the same in, the same bytes out. Throws `usage` where the form can't say it. */
export function renderSchedule(schedule: Schedule, format: ScheduleFormat): RenderedFile[] {
  return renderers[format].render(schedule);
}
