import { profileFlags } from '../../core/config/profile-flags.ts';
import type { ProfileState, Config } from '../../ports/state/config-store.ts';

/** What a bare `audit-export` says: what is set up here, and what comes next. `--json` prints it: schemas/start.schema.json. */
export interface StartReport {
  report: 'start';
  version: 1;
  /** The configuration in use; null where there is none. */
  file: string | null;
  /** Where a configuration is looked for, the first that is there counts. */
  places: string[];
  profiles: { name: string; isDefault: boolean; to: string | null; state: ProfileState | null }[];
  next: { command: string; does: string }[];
}

/** The configuration as it was found, and the file that was named for it, if one was. */
export interface FoundConfig {
  places: readonly string[];
  file: string | undefined;
  config: Config | undefined;
  named: string | undefined;
}

/** Tells what is there and what one would do next. */
export function start({ places, file, config, named }: FoundConfig): StartReport {
  const profiles = Object.entries(config?.profiles ?? {}).map(([name, { to, state }]) => ({
    name,
    isDefault: name === config?.defaultProfile,
    to: to ?? null,
    state: state ?? null,
  }));
  return {
    report: 'start',
    version: 1,
    file: config === undefined ? null : (file ?? null),
    places: [...places],
    profiles,
    next: profiles.length === 0 ? firstSteps : profiles.flatMap((profile) => stepsOf(profile, named)),
  };
}

const firstSteps = [
  {
    command: 'audit-export push --to ./export events.jsonl',
    does: 'file events into a folder; needs no account',
  },
  {
    command: 'audit-export rehearse -- audit-export init',
    does: 'try the set-up against an AWS on this machine',
  },
  { command: 'audit-export init', does: 'set up bucket, policy and role in AWS, and test them' },
];

/** A draft is finished first; what is set up is used, and looked after. */
function stepsOf(
  { name, to, state }: StartReport['profiles'][number],
  named: string | undefined,
): StartReport['next'] {
  const flags = profileFlags(name, named);
  if (state === 'draft' || to === null)
    return [{ command: `audit-export init${flags}`, does: 'go on with the set-up that was begun' }];
  return [
    { command: `audit-export push${flags} FILE`, does: `deliver to ${to}` },
    { command: `audit-export status${flags}`, does: 'what was delivered when, and what is wrong' },
  ];
}
