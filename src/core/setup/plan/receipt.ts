import type { SchemaCheck } from '../../audit-types/audit-type.ts';
import { validateReceipt } from '../../../generated/documents/receipt.ts';
import type { Deliverer } from '../../../ports/state/config-store.ts';
import type { ChangeKind } from './change.ts';
import { parseDocument } from '../answers/parse-document.ts';
import type { DriftFinding } from '../drift/finding.ts';

/** Something that this tool made, and may therefore remove. */
export type MadeItem =
  | { kind: 'role'; name: string; arn: string; id: string | null }
  | { kind: 'policy'; name: string; arn: string; id: string | null }
  | { kind: 'attachment'; role: string; arn: string }
  | { kind: 'inline-policy'; role: string; name: string };

/** One change that was made, with what it replaced, so that it can be put back by hand. */
export interface ReceiptEntry {
  /** ISO 8601, UTC. */
  at: string;
  kind: ChangeKind;
  change: string;
  before: string | null;
  requestId: string | null;
}

/** What was set up and what of it this tool made: schemas/receipt.schema.json. Holds no secrets. */
export interface AccessReceipt {
  receipt: 'access';
  version: 1;
  /** Whether the plan was carried out to its end. */
  complete: boolean;
  planHash: string;
  account: string | null;
  partition: string;
  region: string;
  bucket: string;
  prefix: string;
  deliverer: Deliverer;
  writeOnce: boolean;
  trustedAccountId: string;
  externalId: string;
  roleName: string;
  /** Null until there is a role. */
  roleArn: string | null;
  policyName: string;
  /** Null where the policy stands in the role. */
  policyArn: string | null;
  kmsKeyArn: string | null;
  /** In the order in which they were made. */
  made: MadeItem[];
  /** All changes ever made under this receipt. */
  history: ReceiptEntry[];
  /** What a person has still to do. */
  remaining: DriftFinding[];
}

/** Reads a receipt. Throws `document-invalid`, naming the file and what is wrong. */
export function parseReceipt(file: string, text: string): AccessReceipt {
  return parseDocument(text, {
    file,
    what: 'receipt',
    schema: 'receipt.schema.json',
    check: validateReceipt as SchemaCheck,
  }) as AccessReceipt;
}
