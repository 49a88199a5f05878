import { readPlan } from '../../commands/iam/plan.ts';
import type { PlanSettings } from '../../commands/iam/settings.ts';
import { exitCodes } from '../../errors.ts';
import { openAdmin } from '../contexts/access/iam-context.ts';
import { writeNamedFile } from '../../adapters/fs/named-files.ts';
import { renderPlan } from '../render/access/iam-plan.ts';
import { buildPalette } from '../render/palette.ts';
import type { Invocation } from '../verb.ts';
import { applying, readWanted, withFlags } from './wanted.ts';

/** Shows what differs; 0 where nothing does, 7 else. */
export async function runPlan(invocation: Invocation): Promise<number> {
  const { context, options } = invocation;
  const { removeExtras, out } = options as unknown as PlanSettings;
  const { desired } = await readWanted(invocation);
  const { region } = desired;
  const admin = await openAdmin(context, { region, endpointUrl: options.endpointUrl });
  try {
    const plan = await readPlan(desired, admin, { removeExtras, nowMs: context.clock.now() });
    if (out !== undefined) await writeNamedFile(out, `${JSON.stringify(plan, null, 2)}\n`, 'out');
    const shown = withFlags(plan, invocation);
    if (options.json) context.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    else if (!options.quiet || !plan.inSync)
      context.stdout.write(renderPlan(shown, buildPalette(context, options.noColor), applying(invocation)));
    return plan.inSync ? exitCodes.done : exitCodes.verification;
  } finally {
    await admin.close();
  }
}
