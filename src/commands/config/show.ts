import type { GivenSettings, Origin, Settings } from '../../core/config/setting.ts';
import { closest } from '../../core/config/closest.ts';
import type { Kind, KindValues } from '../../core/config/setting-kinds.ts';
import { writtenValue } from '../../core/config/setting-kinds.ts';
import { environmentName, resolveWithOrigin } from '../../core/config/setting.ts';
import { globalSettings } from '../../core/config/global-settings.ts';
import { collectSettings } from '../collect/settings.ts';
import { pushSettings } from '../push/plan/settings.ts';
import { statusSettings } from '../status/settings.ts';
import { AuditExportError } from '../../errors.ts';
import type { Profile, ProfileSetup, ProfileState } from '../../ports/state/config-store.ts';

/** The settings that a profile or the surroundings can give; switches of a single run are not among them. */
const shown: Settings = {
  ...pushSettings,
  ...collectSettings,
  expect: statusSettings.expect,
  region: globalSettings.region,
  endpointUrl: globalSettings.endpointUrl,
};

/** The settings by their member of the profile. */
export const shownNames = Object.values(shown).flatMap(({ profile }) =>
  profile === undefined ? [] : [profile],
);

/** One setting, its value and where that comes from. */
export interface ShownSetting {
  /** Member of the profile. */
  name: string;
  flag: string;
  environment: string;
  /** Null where nothing gives one. */
  value: unknown;
  /** As one writes it: `64MiB`, `3h`; null where nothing gives one. */
  written: string | null;
  from: Origin['from'];
  place: string;
}

/** What a run with this profile would use. `--json` prints it: schemas/config-report.schema.json. */
export interface ConfigReport {
  report: 'config';
  version: 1;
  file: string | null;
  profile: string | null;
  state: ProfileState | null;
  role: { arn: string; externalId: string | null } | null;
  setup: ProfileSetup | null;
  settings: ShownSetting[];
}

/** Merges flags, environment, profile and defaults as `push` does, and says where each value comes from. Throws `usage`. */
export function showConfig(
  given: Omit<GivenSettings, 'profile'>,
  profile: { name: string; profile: Profile } | undefined,
  file: string | undefined,
): ConfigReport {
  const all: GivenSettings = {
    ...given,
    profile: profile === undefined ? undefined : { name: profile.name, values: profile.profile },
  };
  const { state, role, setup } = profile?.profile ?? {};
  return {
    report: 'config',
    version: 1,
    file: file ?? null,
    profile: profile?.name ?? null,
    state: state ?? null,
    role: role === undefined ? null : { arn: role.arn, externalId: role.externalId ?? null },
    setup: setup ?? null,
    settings: Object.values(shown).flatMap((setting) => {
      if (setting.profile === undefined) return [];
      const { value, origin } = resolveWithOrigin(setting, all);
      const { flag } = setting;
      const names = { name: setting.profile, flag: `--${flag}`, environment: environmentName(flag) };
      const written = writtenValue(setting.kind, value as KindValues[Kind] | undefined) ?? null;
      return [{ ...names, value: value ?? null, written, ...origin }];
    }),
  };
}

/** What `config get` tells of one setting. `--json` prints it: schemas/config-setting.schema.json. */
export type SettingReport = { report: 'config-setting'; version: 1; profile: string | null } & ShownSetting;

/** One setting of a report, by its member of the profile or its flag. Throws `usage` for one that is not there. */
export function settingOf({ settings, profile }: ConfigReport, word: string): SettingReport {
  const asked = word.replace(/^--/, '');
  const found = settings.find(({ name, flag }) => name === asked || flag === `--${asked}`);
  if (found !== undefined) return { report: 'config-setting', version: 1, profile, ...found };
  const meant = closest(
    asked,
    settings.map(({ name }) => name),
  );
  throw new AuditExportError('usage', `There is no setting ${JSON.stringify(word)}.`, {
    cure: meant === undefined ? 'See all of them: audit-export config list' : `Did you mean ${meant}?`,
  });
}
