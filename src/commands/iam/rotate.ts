import type { Profile } from '../../ports/state/config-store.ts';
import { answerRules } from '../../core/setup/answers/answer-rules.ts';
import { AuditExportError } from '../../errors.ts';

/** How far the change of an external id has come: both are let in; the new one is used; only it is let in. */
export type RotationStage = 'not-begun' | 'begun' | 'switched' | 'done';

/** What came of `iam rotate`. `--json` prints it: schemas/rotation.schema.json. */
export interface Rotation {
  report: 'rotation';
  version: 1;
  profile: string;
  stage: RotationStage;
  /** The id that this profile uses. */
  externalId: string;
  /** The one that is let in as well. */
  otherExternalId: string | null;
  next: string;
}

export interface RotateOptions {
  /** The new id; without it, what is under way goes on. */
  organizationId: string | undefined;
  /** The delivering side uses the new id: the old one goes. */
  finish: boolean;
  back: boolean;
}

/** What a change of the external id needs of the world. */
export interface RotateHost {
  name: string;
  read: () => Promise<Profile>;
  save: (profile: Profile) => Promise<void>;
  /** Makes role and policy what the profile asks for. */
  apply: (profile: Profile) => Promise<void>;
  /** Whether the role can be assumed as the profile says, with the credentials at hand; undefined where they can't try. */
  canAssume: (profile: Profile) => Promise<boolean | undefined>;
}

/**
 * Changes the external id without a gap: both are let in, the delivering side switches and is tested, then the old one
 * goes. Every step is kept before the next, so that it goes on, or back, from wherever it stopped. Throws `usage`, and
 * `access-test-failed` where the new id does not work: then both are still let in.
 */
export async function rotate(options: RotateOptions, host: RotateHost): Promise<Rotation> {
  const profile = await host.read();
  if (options.back) return takeBack(profile, host);
  const begun = await begin(profile, options.organizationId, host);
  if (stageOf(begun) === 'begun') {
    await host.apply(begun);
    // A vendor's service switches when somebody has entered the new id over there.
    if (begun.setup?.deliverer !== 'audit-export' && !options.finish) return reportOn(begun, host, 'begun');
    return finishOrTest(await switchOver(begun, host), options, host);
  }
  return finishOrTest(begun, options, host);
}

/** How far a profile has come. */
export function stageOf({ setup = {} }: Profile): RotationStage {
  if (setup.nextOrganizationId !== undefined) return 'begun';
  return setup.previousOrganizationId === undefined ? 'not-begun' : 'switched';
}

async function begin(
  profile: Profile,
  wanted: string | undefined,
  { name, save }: RotateHost,
): Promise<Profile> {
  const { setup = {}, role } = profile;
  const { nextOrganizationId: next, previousOrganizationId: previous, ...rest } = setup;
  const current = setup.organizationId ?? role?.externalId;
  if (role === undefined || current === undefined)
    throw new AuditExportError('usage', `The profile ${name} has no role with an external id.`, {
      cure: `Set it up first: audit-export init --profile ${name}`,
    });
  const underWay = next ?? (previous === undefined ? undefined : current);
  if (underWay !== undefined) return goOn(profile, { name, wanted, underWay });
  const fresh = demandGood(name, wanted, current);
  const begun = { ...profile, setup: { ...rest, organizationId: current, nextOrganizationId: fresh } };
  await save(begun);
  return begun;
}

function goOn(
  profile: Profile,
  { name, wanted, underWay }: { name: string; wanted: string | undefined; underWay: string },
): Profile {
  if (wanted === undefined || wanted === underWay) return profile;
  throw new AuditExportError('usage', `A change to ${underWay} is under way.`, {
    cure: `End it with audit-export iam rotate --profile ${name}, or take it back with --back.`,
  });
}

function demandGood(name: string, wanted: string | undefined, current: string): string {
  if (wanted === undefined)
    throw new AuditExportError('missing-answer', 'It is not said what the new external id is.', {
      cure: `audit-export iam rotate --profile ${name} --organization-id ID`,
    });
  const reason = answerRules.organizationId.check(wanted);
  if (reason !== undefined)
    throw new AuditExportError('usage', `--organization-id: ${reason}`, { cure: 'Correct it.' });
  if (wanted !== current) return wanted;
  throw new AuditExportError('usage', `${wanted} is the external id already.`, { cure: 'Name another.' });
}

async function switchOver(profile: Profile, { save }: RotateHost): Promise<Profile> {
  const { nextOrganizationId: next = '', organizationId: current = '', ...rest } = profile.setup ?? {};
  const switched = withIds(profile, { ...rest, organizationId: next, previousOrganizationId: current });
  await save(switched);
  return switched;
}

async function finishOrTest(
  profile: Profile,
  { finish }: RotateOptions,
  host: RotateHost,
): Promise<Rotation> {
  const works = finish ? true : await host.canAssume(profile);
  if (works === undefined) return reportOn(profile, host, 'switched');
  if (!works)
    throw new AuditExportError(
      'access-test-failed',
      `The role can't be assumed with the new external id; both are let in, and nothing is lost.`,
      {
        cure: `Try again: audit-export iam rotate --profile ${host.name}; or take it back: audit-export iam rotate --profile ${host.name} --back`,
      },
    );
  const { previousOrganizationId: _previous, ...rest } = profile.setup ?? {};
  const done = { ...profile, setup: rest };
  await host.apply(done);
  await host.save(done);
  return reportOn(done, host, 'done');
}

async function takeBack(profile: Profile, host: RotateHost): Promise<Rotation> {
  const { previousOrganizationId: previous, nextOrganizationId: _next, ...rest } = profile.setup ?? {};
  if (stageOf(profile) === 'not-begun')
    throw new AuditExportError('usage', 'No change of the external id is under way.', {
      cure: `audit-export iam plan --profile ${host.name} shows where it stands.`,
    });
  if (previous !== undefined) {
    const { organizationId: next = '' } = rest;
    await host.save(withIds(profile, { ...rest, organizationId: previous, nextOrganizationId: next }));
  }
  const before = withIds(profile, { ...rest, organizationId: previous ?? rest.organizationId ?? '' });
  await host.apply(before);
  await host.save(before);
  return reportOn(before, host, 'not-begun');
}

function withIds(
  profile: Profile,
  setup: NonNullable<Profile['setup']> & { organizationId: string },
): Profile {
  const { role } = profile;
  return {
    ...profile,
    ...(role === undefined ? {} : { role: { ...role, externalId: setup.organizationId } }),
    setup,
  };
}

function reportOn({ setup = {} }: Profile, { name }: RotateHost, stage: RotationStage): Rotation {
  const other = setup.nextOrganizationId ?? setup.previousOrganizationId ?? null;
  const next: Record<RotationStage, string> = {
    'not-begun': `Only the old external id is let in, as before.`,
    begun: `Have the vendor's service use ${other ?? ''}; when it does: audit-export iam rotate --profile ${name} --finish`,
    switched: `Run audit-export iam rotate --profile ${name} with the credentials that deliver, or add --finish when it works.`,
    done: `Only the new external id is let in.`,
  };
  const { organizationId: externalId = '' } = setup;
  return {
    report: 'rotation',
    version: 1,
    profile: name,
    stage,
    externalId,
    otherExternalId: other,
    next: next[stage],
  };
}
