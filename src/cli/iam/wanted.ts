import { resolveAnswers } from '../../commands/iam/resolve-answers.ts';
import type { AnswerOptions } from '../../commands/iam/settings.ts';
import type { ProfilePlace } from '../../core/config/destination.ts';
import { profileFlags, withProfileFlags } from '../../core/config/profile-flags.ts';
import { parseAccessRequest } from '../../core/setup/answers/access-request.ts';
import type { DesiredAccess } from '../../core/setup/desired/desired-access.ts';
import { buildDesiredAccess } from '../../core/setup/desired/desired-access.ts';
import type { AccessPlan } from '../../core/setup/plan/plan.ts';
import { parseAccessPlan } from '../../core/setup/plan/parse-plan.ts';
import { AuditExportError } from '../../errors.ts';
import { ambientRegion } from '../contexts/access/iam-context.ts';
import { readNamedFile } from '../../adapters/fs/named-files.ts';
import { commandLine } from '../command-line.ts';
import type { Invocation } from '../verb.ts';

/** What an invocation is about. */
export interface Wanted {
  desired: DesiredAccess;
  /** Whose state keeps the receipt; a request comes from another machine, whose profiles are not known here. */
  profile: ProfilePlace | undefined;
  /** Where the plan was saved before. */
  saved?: AccessPlan;
}

/** The access that flags, profile or request ask for. Throws `missing-answer`, `usage`, `document-invalid`. */
export async function readWanted({ context, options, profile }: Invocation): Promise<Wanted> {
  const { request: file } = options as unknown as AnswerOptions;
  const request =
    file === undefined ? undefined : parseAccessRequest(file, await readNamedFile(file, 'request'));
  const answers = resolveAnswers({
    options: options as unknown as AnswerOptions & { region?: string },
    profile: profile?.profile,
    request,
    ambientRegion: await ambientRegion(context),
  });
  return {
    desired: buildDesiredAccess(answers),
    profile: request === undefined ? profile : undefined,
  };
}

/** The access of a saved plan, and the plan. Throws `document-invalid`, and `usage` where flags want something else. */
export async function readSaved(file: string, { options, profile }: Invocation): Promise<Wanted> {
  const beside = ['request', 'removeExtras'].filter((name) => (options[name] ?? false) !== false);
  if (beside.length > 0)
    throw new AuditExportError('usage', 'A saved plan is carried out as it is: nothing can be added to it.', {
      cure: 'Leave out --request and --remove-extras, or make a new plan with them: audit-export iam plan --out FILE',
    });
  const saved = parseAccessPlan(file, await readNamedFile(file, 'plan'));
  return { desired: saved.desired, profile, saved };
}

/** The plan with cures that can be pasted: each command names the profile, and the configuration file where that was named. */
export function withFlags(plan: AccessPlan, { profile, options }: Invocation): AccessPlan {
  if (profile === undefined) return plan;
  const flags = profileFlags(profile.name, options.config);
  const findings = plan.findings.map((finding) => ({
    ...finding,
    cure: withProfileFlags(finding.cure, flags),
  }));
  return { ...plan, findings };
}

/** The command that carries out what this one shows. */
export function applying({ flags }: Invocation): string {
  const { out: _out, json: _json, quiet: _quiet, verbose: _verbose, yes: _yes, ...others } = flags;
  return commandLine('iam apply', others);
}
