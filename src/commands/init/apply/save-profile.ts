import { draftWith } from '../../../core/config/profile-answers.ts';
import type { Wizard } from '../wizard/wizard.ts';
import type { Config, Profile } from '../../../ports/state/config-store.ts';

/** Puts a profile into the configuration; the first one is the default from then on. */
export function withProfile(config: Config, name: string, profile: Profile): Config {
  const { $schema, profiles, ...others } = config;
  // A draft is nobody's default: `push --to` must go on as if there were none.
  const defaultProfile = config.defaultProfile ?? (profile.state === 'draft' ? undefined : name);
  return {
    ...($schema === undefined ? {} : { $schema }),
    ...(defaultProfile === undefined ? {} : { defaultProfile }),
    ...others,
    profiles: { ...profiles, [name]: profile },
  };
}

/** Keeps the answers as a draft, so that nothing is asked twice. A profile that is set up stays as it is until it is decided. */
export async function saveDraft(wizard: Wizard): Promise<void> {
  if (wizard.isSetUp) return;
  const draft = draftOf(wizard);
  await saveProfile(wizard, draft);
}

/** The answers as a draft, on the ground of the profile that was there. */
export function draftOf({ before, answers, reach }: Wizard): Profile {
  const { endpointUrl, pathStyle } = reach;
  return {
    ...draftWith(before, answers),
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
  };
}

/** Writes the profile. */
export async function saveProfile(wizard: Wizard, profile: Profile): Promise<void> {
  await wizard.host.config.update((config) => withProfile(config, wizard.profileName, profile));
  wizard.saved = true;
}
