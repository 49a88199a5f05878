import type { AccessReceipt } from '../../core/setup/plan/receipt.ts';
import type { PlannedChange } from '../../core/setup/plan/change.ts';
import type { Clock } from '../../ports/clock.ts';
import type { IamAdmin } from '../../ports/aws/iam-admin.ts';

/** Where a receipt is kept. */
export interface ReceiptStore {
  /** For messages: a path. */
  readonly location: string;
  /** Undefined where there is none. Throws `document-invalid`. */
  read: () => Promise<AccessReceipt | undefined>;
  /** Throws `receipt-not-written`. */
  save: (receipt: AccessReceipt) => Promise<void>;
}

/** What `iam apply` and `iam destroy` need of the world. */
export interface IamHost {
  admin: IamAdmin;
  clock: Clock;
  signal: AbortSignal;
  receipts: ReceiptStore;
  /** The command that goes on where this one stopped. */
  again: string;
  /** Called after each change that was made. */
  onChange: (change: PlannedChange) => void;
}
