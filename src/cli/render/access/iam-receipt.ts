import type { AccessRemoval } from '../../../commands/iam/destroy.ts';
import { describeChange } from '../../../core/setup/plan/change.ts';
import { describeItem } from '../../../core/setup/plan/plan-removal.ts';
import type { RemovalPlan } from '../../../core/setup/plan/plan-removal.ts';
import type { AccessReceipt } from '../../../core/setup/plan/receipt.ts';
import { renderFinding } from './iam-plan.ts';
import type { Palette } from '../palette.ts';

/** What `apply` leaves: the ARN that the vendor asks for, the receipt, and what is still to be done. */
export function renderReceipt(
  { roleArn, made, remaining }: AccessReceipt,
  { location, changes }: { location: string; changes: number },
  palette: Palette,
): string {
  const { good, strong } = palette;
  const done =
    changes === 0 ? 'Nothing to do: role and policy are as they should be' : 'Role and policy are in place';
  const lines = [
    ...(remaining.length === 0
      ? [good(`✔ ${done}`)]
      : [
          strong('Still to be done by a person'),
          ...remaining.flatMap((finding) => renderFinding(finding, palette)),
        ]),
    `Role ARN  ${roleArn ?? 'unknown'}`,
    `Receipt   ${location}${made.length === 0 ? ' (nothing of it was made by this tool)' : ''}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What `destroy` would do. */
export function renderRemovalPlan(
  { changes, leftAlone, gone }: RemovalPlan,
  bucketUrl: string,
  { bad, faint, warn }: Palette,
): string {
  const lines = [
    ...changes.map((change) => `  ${bad('-')} ${describeChange(change)}`),
    ...leftAlone.map(({ item, why }) => `  ${warn('!')} ${item} stays: ${why}`),
    ...gone.map((item) => faint(`  = ${describeItem(item)} is gone already`)),
    faint(`  = the bucket ${bucketUrl} and all that is in it stay`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What `destroy` did. */
export function renderRemoval({ removed, leftAlone }: AccessRemoval, { good, warn }: Palette): string {
  const many = removed.length === 0 ? 'nothing was there to remove' : `${removed.length} done`;
  const stays = leftAlone.map(({ item, why }) => `${warn('!')} ${item} stays: ${why}`);
  return `${[good(`✔ Removed what the receipt lists: ${many}`), ...stays].join('\n')}\n`;
}
