import { confirmChanges, demandAnswerable } from '../../commands/iam/confirm.ts';
import { demandReceipt, destroyAccess, readRemoval } from '../../commands/iam/destroy.ts';
import type { DestroyOptions } from '../../commands/iam/settings.ts';
import { storeUrl } from '../../core/setup/desired/desired-access.ts';
import { exitCodes } from '../../errors.ts';
import { ReceiptFiles } from '../../adapters/fs/records/receipt-file.ts';
import { buildConsent, buildIamHost, receiptToFollow } from '../contexts/access/iam-context.ts';
import { renderRemoval, renderRemovalPlan } from '../render/access/iam-receipt.ts';
import { buildPalette } from '../render/palette.ts';
import type { Invocation } from '../verb.ts';
import { commandLine } from '../command-line.ts';
import { changeLine, countChanges } from './change-line.ts';

/** Shows what would go, asks, removes it. */
export async function runDestroy(invocation: Invocation): Promise<number> {
  const { context, options, profile } = invocation;
  const { receipt: receiptFile } = options as unknown as DestroyOptions;
  const consent = buildConsent(context, options);
  demandAnswerable(consent, 'iam destroy');
  const receipts = new ReceiptFiles([receiptFile ?? (await receiptToFollow(profile, context))]);
  const receipt = await demandReceipt(receipts);
  const { region, bucket } = receipt;
  const host = await buildIamHost(context, {
    region,
    endpointUrl: options.endpointUrl,
    again: commandLine('iam destroy', invocation.flags),
    receipts,
    onChange: changeLine(invocation),
  });
  try {
    const plan = await readRemoval(receipt, host.admin);
    const { stderr, environment } = context;
    const palette = buildPalette({ stdout: stderr, environment }, options.noColor);
    if (!options.quiet || !consent.yes) stderr.write(renderRemovalPlan(plan, storeUrl(bucket, ''), palette));
    if (plan.changes.length > 0)
      await confirmChanges(consent, `${countChanges(plan.changes)}, which can't be undone: go ahead?`);
    const removal = await destroyAccess(receipt, plan, host);
    const text = options.json
      ? `${JSON.stringify(removal, null, 2)}\n`
      : renderRemoval(removal, buildPalette(context, options.noColor));
    context.stdout.write(text);
    return removal.leftAlone.length === 0 ? exitCodes.done : exitCodes.verification;
  } finally {
    await host.admin.close();
  }
}
