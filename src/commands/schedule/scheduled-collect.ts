import { extname } from 'node:path';
import type { ScheduledFile } from '../../core/schedule/schedule.ts';
import { AuditExportError } from '../../errors.ts';
import type { Profile } from '../../ports/state/config-store.ts';

/** How Snowflake is reached by whoever schedules: what runs later has nothing of the environment of now. */
export interface SnowflakeHere {
  account?: string | undefined;
  user?: string | undefined;
  role?: string | undefined;
  warehouse?: string | undefined;
  /** The file of the private key; undefined where something else is used. */
  keyFile?: string | undefined;
}

/** What a scheduled `collect` is given beside its profile. */
export interface ScheduledCollect {
  /** Flags with their values. */
  flags: readonly (readonly [flag: string, value: string])[];
  files: readonly ScheduledFile[];
  /** Absolute. */
  keyFile: string | undefined;
}

/** The maps of a profile with absolute paths, the key, and what only the environment says. Throws `missing-answer`. */
export function scheduledCollect(
  profile: Profile,
  here: SnowflakeHere,
  absolute: (path: string) => string,
): ScheduledCollect {
  const said = {
    account: profile['snowflakeAccount'] ?? profile['snowflakeAccountUrl'],
    user: profile['snowflakeUser'],
    role: profile['snowflakeRole'],
    warehouse: profile['snowflakeWarehouse'],
  };
  const flags = Object.entries(said).flatMap(([flag, value]) => {
    const known = here[flag as keyof typeof said];
    return value === undefined && known !== undefined ? [[flag, known] as const] : [];
  });
  const isSaid = (flag: keyof typeof said): boolean => (said[flag] ?? here[flag]) !== undefined;
  refuseMissing([
    ...(isSaid('account') ? [] : ['snowflakeAccount']),
    ...(isSaid('user') || here.keyFile === undefined ? [] : ['snowflakeUser']),
    ...(profile['unmapped'] === 'keep'
      ? []
      : ['userMap', 'dataSources'].filter((member) => profile[member] === undefined)),
  ]);
  return { flags, files: mapsOf(profile, absolute), keyFile: here.keyFile && absolute(here.keyFile) };
}

function mapsOf({ userMap, dataSources }: Profile, absolute: (path: string) => string): ScheduledFile[] {
  return Object.entries({ 'user-map': userMap, 'data-sources': dataSources }).flatMap(([flag, path]) =>
    typeof path !== 'string' ? [] : [{ flag, name: `${flag}${extname(path)}`, path: absolute(path) }],
  );
}

function refuseMissing(members: readonly string[]): void {
  if (members.length === 0) return;
  const missing = members.join(', ');
  throw new AuditExportError(
    'missing-answer',
    `The profile does not say what collect needs, and every run would fail: ${missing}.`,
    { cure: `Add to the profile: ${missing}.`, details: { missing } },
  );
}
