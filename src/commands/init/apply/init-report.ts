import type { ProfileState } from '../../../ports/state/config-store.ts';
import type { SetupAnswers } from '../../../core/setup/answers/answers.ts';
import type { DriftFinding } from '../../../core/setup/drift/finding.ts';
import type { RenderedFile } from '../../../core/setup/render/render-access.ts';
import type { AccessReport } from '../../../core/access/access-report.ts';
import type { BucketLook } from '../../../ports/aws/bucket-admin.ts';
import type { IamCaller } from '../../../ports/aws/iam-admin.ts';

/** What came of `init`. `--json` prints it: schemas/init-report.schema.json. */
export interface InitReport {
  report: 'init';
  version: 1;
  profile: string;
  configFile: string;
  state: ProfileState;
  /** `tested`: nothing had to be changed, and the access was tested again. */
  outcome: 'applied' | 'tested' | 'received' | 'printed' | 'saved' | 'requested';
  caller: IamCaller | null;
  answers: SetupAnswers;
  bucket: BucketLook | null;
  /** What the role may do, in words. */
  explanation: string[];
  /** What was, or would be, changed in IAM; null where IAM could not be asked. */
  changes: string[] | null;
  findings: DriftFinding[];
  documents: RenderedFile[];
  createdBucket: boolean;
  roleArn: string | null;
  receiptFile: string | null;
  requestFile: string | null;
  /** What `test-access --json` prints: schemas/test-access-report.schema.json. */
  test: AccessReport | null;
  /** What to do now. */
  next: string;
}
