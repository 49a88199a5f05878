import { AuditExportError } from '../../errors.ts';
import type { Kind, KindValues } from './setting-kinds.ts';
import { parsers } from './setting-kinds.ts';

/** One setting of a command: its flag, its place in a profile and its default. The same data makes help and docs. */
export interface Setting {
  kind: Kind;
  /** Name of the flag without the dashes; the environment variable follows from it. */
  flag: string;
  /** One letter that stands for the flag. */
  short?: string;
  /** What stands for the value in help: `SIZE`. */
  value?: string;
  /** Whether the flag may stand without a value; it is then given, and empty. */
  valueIsOptional?: true;
  help: string;
  /** Member of the profile that answers it. */
  profile?: string;
  /** As one would write it on the command line. */
  default?: string;
  choices?: readonly string[];
  /** Heading under which help shows it. */
  group: string;
}

export type Settings = Readonly<Record<string, Setting>>;

type ValueOf<S extends Setting> = S extends { default: string }
  ? KindValues[S['kind']]
  : KindValues[S['kind']] | undefined;

/** The values of a table of settings. */
export type Values<T extends Settings> = { -readonly [K in keyof T]: ValueOf<T[K]> };

/** What was given for the settings, from the strongest to the weakest. */
export interface GivenSettings {
  /** By flag name: the words of the command line. */
  flags: Readonly<Record<string, readonly string[]>>;
  environment: Readonly<Record<string, string | undefined>>;
  profile: { name: string; values: Readonly<Record<string, unknown>> } | undefined;
}

/** The environment variable of a flag. */
export function environmentName(flag: string): string {
  return `AUDIT_EXPORT_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** The value of each setting: flag before environment before profile before default. Throws `usage`. */
export function resolveSettings<T extends Settings>(table: T, given: GivenSettings): Values<T> {
  const entries = Object.entries(table).map(([name, setting]) => [
    name,
    resolveWithOrigin(setting, given).value,
  ]);
  return Object.fromEntries(entries) as Values<T>;
}

/** Where the value of a setting comes from. */
export interface Origin {
  from: 'flag' | 'environment' | 'profile' | 'default' | 'nowhere';
  /** `--object-size`, `AUDIT_EXPORT_OBJECT_SIZE`, `profile "acme", objectSize`; '' for the other two. */
  place: string;
}

/** The value of one setting, and where it comes from; undefined from nowhere. Throws `usage`. */
export function resolveWithOrigin(
  setting: Setting,
  { flags, environment, profile }: GivenSettings,
): { value: unknown; origin: Origin } {
  const { flag } = setting;
  const words = flags[flag];
  if (words !== undefined) {
    const place = `--${flag}`;
    return { value: check(setting, words, place), origin: { from: 'flag', place } };
  }
  const place = environmentName(flag);
  const text = environment[place];
  if (text !== undefined && text !== '')
    return { value: check(setting, [text], place), origin: { from: 'environment', place } };
  return fromProfileOrDefault(setting, profile);
}

function fromProfileOrDefault(
  setting: Setting,
  profile: GivenSettings['profile'],
): { value: unknown; origin: Origin } {
  const stored = setting.profile === undefined ? undefined : profile?.values[setting.profile];
  if (stored !== undefined) {
    const place = `profile "${profile?.name ?? ''}", ${setting.profile ?? ''}`;
    return { value: fromProfile(setting, stored, place), origin: { from: 'profile', place } };
  }
  if (setting.default === undefined) return { value: undefined, origin: { from: 'nowhere', place: '' } };
  const value = parsers[setting.kind]([setting.default], 'default');
  return { value, origin: { from: 'default', place: '' } };
}

/** A profile's values are JSON of the right shape (its schema saw to that); only sizes may be written as text. */
function fromProfile(setting: Setting, stored: unknown, place: string): unknown {
  if (typeof stored === 'string') return check(setting, [stored], place);
  return stored;
}

function check(setting: Setting, words: readonly string[], place: string): unknown {
  const value = parsers[setting.kind](words, place);
  const { choices } = setting;
  if (choices !== undefined && !choices.includes(words.at(-1) ?? '')) {
    throw new AuditExportError(
      'usage',
      `${place}: ${JSON.stringify(words.at(-1))} is none of ${choices.join(', ')}.`,
      { cure: `Use one of: ${choices.join(', ')}` },
    );
  }
  return value;
}
