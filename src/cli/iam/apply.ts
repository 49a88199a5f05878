import { applyAccess } from '../../commands/iam/apply.ts';
import { confirmChanges, demandAnswerable } from '../../commands/iam/confirm.ts';
import type { IamHost } from '../../commands/iam/iam-host.ts';
import { readPlan } from '../../commands/iam/plan.ts';
import type { ApplyOptions } from '../../commands/iam/settings.ts';
import type { AccessPlan } from '../../core/setup/plan/plan.ts';
import type { AccessReceipt } from '../../core/setup/plan/receipt.ts';
import { exitCodes } from '../../errors.ts';
import { buildConsent, buildIamHost, openReceipts, receiptFolder } from '../contexts/access/iam-context.ts';
import { renderPlan } from '../render/access/iam-plan.ts';
import { renderReceipt } from '../render/access/iam-receipt.ts';
import { buildPalette } from '../render/palette.ts';
import type { Invocation } from '../verb.ts';
import { commandLine } from '../command-line.ts';
import { changeLine, countChanges } from './change-line.ts';
import { applying, readSaved, readWanted, withFlags } from './wanted.ts';

/** Shows the plan, asks, carries it out. The plan goes to stderr, what came of it to stdout. */
export async function runApply(invocation: Invocation): Promise<number> {
  const { context, options } = invocation;
  const { removeExtras, plan: planFile, receipt: receiptFile } = options as unknown as ApplyOptions;
  const consent = buildConsent(context, options);
  demandAnswerable(consent, 'iam apply');
  const wanted =
    planFile === undefined ? await readWanted(invocation) : await readSaved(planFile, invocation);
  const host = await buildIamHost(context, {
    region: wanted.desired.region,
    endpointUrl: options.endpointUrl,
    again: goingOn(planFile, invocation),
    receipts: openReceipts(await receiptFolder(wanted, options.endpointUrl, context), receiptFile),
    onChange: changeLine(invocation),
  });
  try {
    const plan =
      wanted.saved ??
      (await readPlan(wanted.desired, host.admin, { removeExtras, nowMs: context.clock.now() }));
    if (!options.quiet || !consent.yes) showPlan(plan, invocation);
    if (plan.changes.length > 0) await confirmChanges(consent, `${countChanges(plan.changes)}: go ahead?`);
    const receipt = await applyAccess(plan, host);
    showReceipt(receipt, plan, { invocation, host, receiptFile });
    return receipt.remaining.length === 0 ? exitCodes.done : exitCodes.verification;
  } finally {
    await host.admin.close();
  }
}

/** A saved plan is carried out from its beginning or not at all: for the rest of it there has to be a new one. */
function goingOn(planFile: string | undefined, { flags }: Invocation): string {
  if (planFile === undefined) return commandLine('iam apply', flags);
  const { plan: _plan, receipt: _receipt, yes: _yes, ...others } = flags;
  return `${commandLine('iam plan', { ...others, out: [planFile] })} && ${commandLine('iam apply', flags)}`;
}

function showPlan(plan: AccessPlan, invocation: Invocation): void {
  const { context, options } = invocation;
  const { stderr, environment } = context;
  const palette = buildPalette({ stdout: stderr, environment }, options.noColor);
  stderr.write(`${renderPlan(withFlags(plan, invocation), palette, applying(invocation))}\n`);
}

function showReceipt(
  receipt: AccessReceipt,
  { changes }: AccessPlan,
  {
    invocation,
    host,
    receiptFile,
  }: { invocation: Invocation; host: IamHost; receiptFile: string | undefined },
): void {
  const { context, options } = invocation;
  const where = { location: receiptFile ?? host.receipts.location, changes: changes.length };
  const text = options.json
    ? `${JSON.stringify(receipt, null, 2)}\n`
    : renderReceipt(receipt, where, buildPalette(context, options.noColor));
  context.stdout.write(text);
}
