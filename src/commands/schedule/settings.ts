import type { Settings, Values } from '../../core/config/setting.ts';
import { scheduledCommands } from '../../core/schedule/schedule.ts';
import { scheduleFormats } from '../../core/schedule/formats.ts';

const schedule = 'Schedule';
const machine = 'On this machine';
const kubernetes = 'Kubernetes';

/** The settings of `schedule`. */
export const scheduleSettings = {
  every: {
    kind: 'text',
    flag: 'every',
    value: 'HOURS',
    group: schedule,
    help: 'time from one run to the next: 1h to 24h',
  },
  format: {
    kind: 'text',
    flag: 'format',
    value: 'FORMAT',
    group: schedule,
    default: 'systemd',
    choices: scheduleFormats,
    help: 'what to print: systemd, cron, kubernetes-cronjob, kubernetes-deployment (push --follow)',
  },
  command: {
    kind: 'text',
    flag: 'command',
    value: 'COMMAND',
    group: schedule,
    default: 'push',
    choices: scheduledCommands,
    help: 'what to run',
  },
  user: {
    kind: 'text',
    flag: 'user',
    value: 'NAME',
    group: machine,
    help: 'user of the systemd service; one of its own if missing (DynamicUser)',
  },
  metricsFile: {
    kind: 'text',
    flag: 'metrics-file',
    value: 'FILE',
    group: machine,
    help: "where the runs write metrics for node_exporter's textfile collector",
  },
  image: {
    kind: 'text',
    flag: 'image',
    value: 'IMAGE',
    group: kubernetes,
    default: 'registry.example/audit-export:CHANGE-ME',
    help: 'container image, built from examples/Dockerfile',
  },
  namespace: {
    kind: 'text',
    flag: 'namespace',
    value: 'NAME',
    group: kubernetes,
    help: 'namespace of the objects',
  },
  irsaRole: {
    kind: 'text',
    flag: 'irsa-role',
    value: 'ARN',
    group: kubernetes,
    help: 'AWS role of the service account',
  },
  inputClaim: {
    kind: 'text',
    flag: 'input-claim',
    value: 'NAME',
    group: kubernetes,
    help: 'volume claim that holds what is delivered, mounted at /input',
  },
} as const satisfies Settings;

export type ScheduleOptions = Values<typeof scheduleSettings>;
