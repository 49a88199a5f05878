import { AuditExportError } from '../../errors.ts';
import { closest } from '../../core/config/closest.ts';
import { chooseProfile } from '../../core/config/parse-config.ts';
import type { Setting } from '../../core/config/setting.ts';
import { resolveSettings } from '../../core/config/setting.ts';
import { parseLayout } from '../../core/layout/layout.ts';
import type { Config, ConfigStore, Profile } from '../../ports/state/config-store.ts';
import { collectSettings } from '../collect/settings.ts';
import { pushSettings } from '../push/plan/settings.ts';
import { statusSettings } from '../status/settings.ts';

/** The settings that a profile can hold, by their member there. */
const settings: ReadonlyMap<string, Setting> = new Map(
  Object.values<Setting>({ ...pushSettings, ...collectSettings, ...statusSettings }).flatMap((setting) =>
    setting.profile === undefined ? [] : [[setting.profile, setting] as const],
  ),
);

/** What may be changed at any time: the audit types, and how they are delivered. */
export const changeable = [
  'types',
  'schemas',
  'partition',
  'layout',
  'objectSize',
  'compression',
  'level',
  'maxLine',
  'quarantine',
  'quarantineSize',
  'ignore',
  'storageClass',
  'kmsKeyId',
  'sse',
  'acl',
  'tags',
  'retryFor',
  'lockWait',
  'dedupe',
  'flushInterval',
  'spoolSize',
  'drainTimeout',
  'unwrap',
  'snowflakeAccount',
  'snowflakeAccountUrl',
  'snowflakeUser',
  'snowflakeRole',
  'snowflakeWarehouse',
  'userMap',
  'dataSources',
  'unmapped',
  'redactLiterals',
  'sessions',
  'settle',
  'overlap',
  'window',
  'expect',
] as const;

type Changeable = (typeof changeable)[number];

/** What only `init` changes, and after the set-up only on purpose. */
const guarded = [
  'to',
  'bucket',
  'prefix',
  'region',
  'endpointUrl',
  'pathStyle',
  'bucketOwner',
  'role',
  'state',
  'setup',
  'account-id',
  'organization-id',
  'role-name',
  'policy-name',
  'kms-key-arn',
];

/** What `config set` is asked to do. */
export interface SetRequest {
  /** Member of the profile, or its flag without dashes. */
  name: string;
  /** As on the command line. None, with `unset`: take it out, so that the default counts. */
  values: readonly string[];
  unset: boolean;
  profile: string | undefined;
}

export interface SetHost {
  config: ConfigStore;
  /** The audit types there are, with those of the schema files. Throws `schema-invalid`. */
  knownTypes: (schemas: readonly string[]) => Promise<string[]>;
}

/** What was changed. `--json` prints it: schemas/config-change.schema.json. */
export interface ConfigChange {
  report: 'config-change';
  version: 1;
  file: string;
  profile: string;
  name: string;
  /** Null where it was, or is, not set. */
  before: unknown;
  after: unknown;
}

/** Changes one setting of a profile. Throws `usage` for a bad value, `protected-setting` for what only `init` changes. */
export async function setConfig(request: SetRequest, host: SetHost): Promise<ConfigChange> {
  const { config } = host;
  const name = changeableName(request.name);
  const found = await config.read();
  const chosen = chooseProfile(found === undefined ? undefined : config.file, found, request.profile);
  if (chosen === undefined)
    throw new AuditExportError('config-invalid', `There is no profile to change in ${config.file}.`, {
      cure: 'Make one with audit-export init, or name one with --profile.',
    });
  const after = request.unset ? undefined : storedValue(name, request.values);
  await checkValue({ name, value: after }, chosen.profile, host);
  await config.update((current) => withSetting(current, { profile: chosen.name, name, after }));
  return {
    report: 'config-change',
    version: 1,
    file: config.file,
    profile: chosen.name,
    name,
    before: chosen.profile[name] ?? null,
    after: after ?? null,
  };
}

/** What is good as a flag may still be wrong here: a type that nobody knows, a schema or a layout that can't be used. */
async function checkValue(
  { name, value }: { name: Changeable; value: unknown },
  profile: Profile,
  { knownTypes }: SetHost,
): Promise<void> {
  if (value === undefined) return;
  if (name === 'types')
    checkTypes(value as string[], await knownTypes((profile['schemas'] as string[] | undefined) ?? []));
  if (name === 'expect')
    checkTypes(
      Object.keys(value as object),
      await knownTypes((profile['schemas'] as string[] | undefined) ?? []),
    );
  if (name === 'schemas') await knownTypes(value as string[]);
  if (name === 'layout') parseLayout(value as string);
}

function changeableName(word: string): Changeable {
  const asked = word.replace(/^--/, '');
  const isGuarded = guarded.includes(asked);
  const found = changeable.find(
    (name) => name === asked || (!isGuarded && settings.get(name)?.flag === asked),
  );
  if (found !== undefined) return found;
  const known = [...changeable, ...guarded];
  if (isGuarded)
    throw new AuditExportError(
      'protected-setting',
      `config set does not change ${asked}: it belongs to the set-up.`,
      {
        cure: 'Change it, and see the difference first: audit-export init --reconfigure',
      },
    );
  const meant = closest(asked, known);
  throw new AuditExportError('usage', `There is no setting ${JSON.stringify(word)}.`, {
    cure: meant === undefined ? `It changes ${changeable.join(', ')}.` : `Did you mean ${meant}?`,
  });
}

/** The value in the form that the file has: sizes stay as they were written. */
function storedValue(name: Changeable, values: readonly string[]): unknown {
  const setting = settings.get(name) as Setting;
  if (values.length === 0)
    throw new AuditExportError('missing-answer', `It is not said what ${name} should be.`, {
      cure: `Add a value, or --unset to go back to the default: audit-export config set ${name} VALUE`,
    });
  const table = { value: { ...setting, flag: setting.flag } };
  const { value } = resolveSettings(table, {
    flags: { [setting.flag]: values },
    environment: {},
    profile: undefined,
  });
  return ['size', 'duration'].includes(setting.kind) ? values.at(-1) : value;
}

function checkTypes(types: readonly string[], known: readonly string[]): void {
  const unknown = types.find((type) => !known.includes(type));
  if (unknown === undefined && types.length > 0) return;
  const meant = unknown === undefined ? undefined : closest(unknown, known);
  throw new AuditExportError(
    'usage',
    unknown === undefined ? 'No audit type is named.' : `There is no audit type ${JSON.stringify(unknown)}.`,
    { cure: meant === undefined ? `Known types: ${known.join(', ')}.` : `Did you mean ${meant}?` },
  );
}

function withSetting(
  config: Config,
  { profile, name, after }: { profile: string; name: Changeable; after: unknown },
): Config {
  const { [name]: _before, ...others } = config.profiles[profile] ?? {};
  const changed = { ...others, ...(after === undefined ? {} : { [name]: after }) } as Profile;
  return { ...config, profiles: { ...config.profiles, [profile]: changed } };
}
