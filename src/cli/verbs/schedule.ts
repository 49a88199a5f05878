import type { ScheduleRequest } from '../../commands/schedule/index.ts';
import { scheduleSettings } from '../../commands/schedule/settings.ts';
import type { Verb } from '../verb.ts';

export const scheduleVerb: Verb = {
  path: ['schedule'],
  summary: 'print what runs a profile every so many hours: systemd, cron, Kubernetes',
  args: [{ name: '[inputs...]', help: 'behind --: files, folders or globs to deliver' }],
  settings: scheduleSettings,
  readsProfile: true,
  notes: `Examples:
  audit-export schedule --every 1h -- /var/log/altr
  audit-export schedule --every 6h --format cron --profile acme -- '/var/log/altr/*.jsonl'
  audit-export schedule --every 24h --format kubernetes-cronjob --image altr/audit-export:1 -- events/ | kubectl apply -f -
  audit-export schedule --format kubernetes-deployment -- events/ | kubectl apply -f -
  audit-export schedule --every 3h --command collect

Prints to stdout and writes nothing. Region, role and bucket come from the profile, which must be set up.
Runs to one destination never overlap: push takes a lock. See docs/schedule.md.

Exit codes: 0 printed; 2 usage, or an answer is missing; 3 there is no such profile, or it is a draft.`,
  run: async ({ context, args, options, profile, configFile }) => {
    const { schedule } = await import('../../commands/schedule/index.ts');
    const { buildScheduleHost } = await import('../contexts/access/schedule-context.ts');
    const { renderScheduleReport } = await import('../render/schedule.ts');
    const request = { inputs: args, options, profile, configFile } as unknown as ScheduleRequest;
    const report = schedule(request, buildScheduleHost(context));
    context.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : renderScheduleReport(report),
    );
    return 0;
  },
};
