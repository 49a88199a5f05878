import { statePlaces } from '../../adapters/fs/state/state-places.ts';
import { openConfigStore } from '../../adapters/fs/records/config-store.ts';
import { applyAccess } from '../../commands/iam/apply.ts';
import { confirmChanges, demandAnswerable } from '../../commands/iam/confirm.ts';
import { readPlan } from '../../commands/iam/plan.ts';
import { resolveAnswers } from '../../commands/iam/resolve-answers.ts';
import type { RotateHost, RotateOptions } from '../../commands/iam/rotate.ts';
import { rotate } from '../../commands/iam/rotate.ts';
import { testAccess } from '../../commands/test-access/index.ts';
import { optionsOfProfile } from '../../commands/test-access/options-of-profile.ts';
import { chooseProfile } from '../../core/config/parse-config.ts';
import type { ChosenProfile } from '../../core/config/parse-config.ts';
import { profileFlags, withProfileFlags } from '../../core/config/profile-flags.ts';
import { buildDesiredAccess } from '../../core/setup/desired/desired-access.ts';
import { AuditExportError, exitCodes } from '../../errors.ts';
import { buildTestAccessHost } from '../contexts/access/access-context.ts';
import { buildConsent, buildIamHost, openReceipts } from '../contexts/access/iam-context.ts';
import type { Invocation } from '../verb.ts';
import { commandLine } from '../command-line.ts';
import { changeLine, countChanges } from './change-line.ts';

/** A change of IAM needs seconds as a rule until it counts. */
const patienceMs = 90_000;
const noAnswers = {
  deliverer: undefined,
  accountId: undefined,
  organizationId: undefined,
  bucket: undefined,
  prefix: undefined,
  roleName: undefined,
  policyName: undefined,
  kmsKeyArn: undefined,
  writeOnce: undefined,
  inlinePolicy: undefined,
  request: undefined,
};

/** Changes the external id, step by step; 0 when it is done or waits for the vendor. */
export async function runRotate(invocation: Invocation): Promise<number> {
  const { context, options, profile } = invocation;
  if (profile === undefined)
    throw new AuditExportError('missing-answer', 'It is not said which profile is meant.', {
      cure: 'Name it: audit-export iam rotate --profile NAME --organization-id ID',
    });
  demandAnswerable(buildConsent(context, options), 'iam rotate');
  const rotation = await rotate(options as unknown as RotateOptions, await hostFor(invocation, profile.name));
  const { stage, externalId, otherExternalId } = rotation;
  const next = withProfileFlags(rotation.next, profileFlags(undefined, options.config));
  const also = otherExternalId === null ? '' : `, and ${otherExternalId} is let in as well`;
  context.stdout.write(
    options.json
      ? `${JSON.stringify({ ...rotation, next }, null, 2)}\n`
      : `The external id is ${externalId}${also} (${stage}).\n→ ${next}\n`,
  );
  return exitCodes.done;
}

async function hostFor(invocation: Invocation, name: string): Promise<RotateHost> {
  const { context, options } = invocation;
  const config = await openConfigStore(options.config, context.environment, context.workingFolder);
  return {
    name,
    read: async () => {
      const chosen = chooseProfile(config.file, await config.read(), name);
      return chosen?.profile ?? {};
    },
    save: (profile) =>
      config.update((current) => ({ ...current, profiles: { ...current.profiles, [name]: profile } })),
    apply: (profile) => applyProfile(invocation, { name, configFile: config.file, profile }),
    canAssume: (profile) => tryIt(invocation, { name, configFile: config.file, profile }),
  };
}

async function applyProfile(
  invocation: Invocation,
  { name, configFile, profile }: ChosenProfile,
): Promise<void> {
  const { context, options } = invocation;
  const answers = resolveAnswers({
    options: noAnswers,
    profile,
    request: undefined,
    ambientRegion: undefined,
  });
  const desired = buildDesiredAccess(answers);
  const host = await buildIamHost(context, {
    region: desired.region,
    endpointUrl: options.endpointUrl,
    again: commandLine('iam rotate', invocation.flags),
    receipts: openReceipts(statePlaces(context).profileFolder({ name, configFile })),
    onChange: changeLine(invocation),
  });
  try {
    const plan = await readPlan(desired, host.admin, { nowMs: context.clock.now() });
    if (plan.changes.length > 0)
      await confirmChanges(buildConsent(context, options), `${countChanges(plan.changes)}: go ahead?`);
    await applyAccess(plan, host);
  } finally {
    await host.admin.close();
  }
}

async function tryIt({ context, options }: Invocation, named: ChosenProfile): Promise<boolean | undefined> {
  const only = ['configuration', 'credentials', 'sts-endpoint', 'role', 'assume-role'];
  const report = await testAccess(
    { options: { ...optionsOfProfile(named, patienceMs), only }, profile: named },
    buildTestAccessHost(context, { ...options, quiet: true }),
  );
  const { status } = report.probes.find(({ probe }) => probe === 'assume-role') ?? {};
  return status === 'skipped' ? undefined : status === 'pass';
}
