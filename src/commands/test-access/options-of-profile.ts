import type { GlobalOptions } from '../../core/config/global-settings.ts';
import { globalSettings } from '../../core/config/global-settings.ts';
import { resolveSettings } from '../../core/config/setting.ts';
import type { TestAccessOptions } from './settings.ts';
import { testAccessSettings } from './settings.ts';
import type { Profile } from '../../ports/state/config-store.ts';

/** The options of `test-access --profile NAME --wait DURATION`, without anything from a command line or the environment. */
export function optionsOfProfile(
  { name, profile }: { name: string; profile: Profile },
  patienceMs: number,
): TestAccessOptions & GlobalOptions {
  const options = resolveSettings(
    { ...globalSettings, ...testAccessSettings },
    { flags: {}, environment: {}, profile: { name, values: profile } },
  );
  return { ...options, wait: patienceMs };
}
