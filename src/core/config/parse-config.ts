import type { Config, Profile } from '../../ports/state/config-store.ts';
import { AuditExportError } from '../../errors.ts';
import { configMembers } from '../../generated/config-members.ts';
import { validateConfig } from '../../generated/documents/config.ts';
import type { SchemaCheck, SchemaViolation } from '../audit-types/audit-type.ts';
import { closest } from './closest.ts';
import type { ProfilePlace } from './destination.ts';

interface Violation extends SchemaViolation {
  keyword?: string;
  /** Set where a rule for names is broken. */
  propertyName?: string;
  params?: { additionalProperty?: string; allowedValues?: unknown[]; propertyName?: string };
  parentSchema?: { properties?: object };
}

/** Parses a configuration file. Throws `config-invalid`, naming the file, the path, the value and the rule. */
export function parseConfig(file: string, text: string): Config {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw invalid(file, [`it is not JSON: ${(error as Error).message}`], error);
  }
  const check: SchemaCheck = validateConfig;
  if (!check(config))
    throw invalid(
      file,
      // "if" only says again that what "then" demands is missing, and a name that is wrong is told by "propertyNames".
      ((check.errors ?? []) as Violation[])
        .filter(({ keyword, propertyName }) => keyword !== 'if' && propertyName === undefined)
        .map((violation) => describe(violation, config)),
    );
  return config as Config;
}

function invalid(file: string, problems: readonly string[], cause?: unknown): AuditExportError {
  return new AuditExportError(
    'config-invalid',
    `The configuration ${file} is not valid: ${problems.join('; ')}.`,
    {
      cure: 'Correct the file; schemas/config.schema.json describes it, and an editor that reads "$schema" helps.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

function describe(violation: Violation, config: unknown): string {
  const path = violation.instancePath === '' ? 'the file' : violation.instancePath;
  const unknown = violation.params?.additionalProperty;
  if (unknown !== undefined) {
    const known =
      configMembers.find(({ place }) => new RegExp(place).test(violation.instancePath))?.members ?? [];
    const meant = closest(unknown, known);
    return `${path} has an unknown member ${JSON.stringify(unknown)}${meant === undefined ? '' : ` (did you mean ${JSON.stringify(meant)}?)`}`;
  }
  const name = violation.params?.propertyName;
  if (name !== undefined)
    return `${path} has the name ${JSON.stringify(name)}, and names are 1 to 63 letters, digits, ".", "_" and "-" and begin with a letter or a digit`;
  const allowed = violation.params?.allowedValues;
  const rule =
    allowed === undefined ? (violation.message ?? 'is wrong') : `must be one of ${allowed.join(', ')}`;
  return `${path} ${rule}${shownValue(config, violation.instancePath)}`;
}

function shownValue(config: unknown, path: string): string {
  let value = config;
  for (const key of path.split('/').slice(1))
    value = (value as Record<string, unknown> | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? ` (it is ${JSON.stringify(value)})`
    : '';
}

/** A profile that a run uses, and the file that it stands in. */
export interface ChosenProfile extends ProfilePlace {
  readonly profile: Profile;
}

/** The profile that a run uses: the one named, else the default one, else none. Throws `config-invalid` for an unknown name. */
export function chooseProfile(
  file: string | undefined,
  config: Config | undefined,
  name: string | undefined,
): ChosenProfile | undefined {
  const wanted = name ?? config?.defaultProfile;
  if (wanted === undefined) return undefined;
  const profiles = config?.profiles ?? {};
  const profile = Object.hasOwn(profiles, wanted) ? profiles[wanted] : undefined;
  if (profile !== undefined && file !== undefined) return { name: wanted, configFile: file, profile };
  const known = Object.keys(profiles);
  const meant = closest(wanted, known);
  throw new AuditExportError(
    'config-invalid',
    `There is no profile ${JSON.stringify(wanted)} in ${file ?? 'any configuration file'}.`,
    {
      cure:
        meant === undefined
          ? `Known profiles: ${known.join(', ') || 'none'}. Name one with --profile, or the file with --config.`
          : `Did you mean --profile ${meant}?`,
    },
  );
}
