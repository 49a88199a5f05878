import { renderScheduleReport } from '../../../../src/cli/render/schedule.ts';
import type { ScheduleHost, ScheduleRequest } from '../../../../src/commands/schedule/index.ts';
import { schedule } from '../../../../src/commands/schedule/index.ts';
import { scheduleSettings } from '../../../../src/commands/schedule/settings.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import type { ScheduleFormat } from '../../../../src/core/schedule/formats.ts';

export const profile = {
  to: 's3://acme-audit/altr',
  region: 'eu-central-1',
  role: { arn: 'arn:aws:iam::111122223333:role/ALTRPublishSIEMData', externalId: 'o-1' },
  setup: { accountId: '444455556666' },
};
export const nastyInputs = ["/var/log/it's 100% $HOME/a b.jsonl", '/srv/"x"\\%y/*.gz'];
/** What collect needs besides. */
export const collectProfile = {
  ...profile,
  snowflakeAccount: 'acme-prod',
  snowflakeUser: '"audit.svc"',
  userMap: 'maps/users.csv',
  dataSources: '/srv/objects.json',
};
/** Wherever the Node of these tests lies: what is printed depends on whether it is in a home folder. */
export const program = ['/usr/bin/node', '/opt/audit export/bin/audit-export.js'];

/** A schedule of the profile above, every six hours, with what is to differ. */
export function scheduled(
  format: ScheduleFormat,
  more: Partial<ScheduleRequest['options']> = {},
  request: Partial<ScheduleRequest> = {},
  host: Partial<ScheduleHost> = {},
) {
  const defaults = resolveSettings(scheduleSettings, { flags: {}, environment: {}, profile: undefined });
  const every = format === 'kubernetes-deployment' ? undefined : '6h';
  return schedule(
    {
      inputs: nastyInputs,
      profile: { name: 'acme', profile },
      configFile: '/home/me/audit-export.json',
      options: { ...defaults, region: undefined, every, format, ...more },
      ...request,
    },
    {
      program,
      workingFolder: '/srv/work',
      configPath: (file) => file,
      stateHome: '/home/me/.local/state',
      snowflake: { keyFile: 'key.p8' },
      ...host,
    },
  );
}

/** The same as one text. */
export const textOf = (...given: Parameters<typeof scheduled>): string =>
  renderScheduleReport(scheduled(...given));
