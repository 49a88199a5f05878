import type { Upkeep } from './table-catalogue.ts';

/** What sends e-mails for new objects of a bucket, as it should be. */
export interface WantedMail {
  bucket: string;
  name: string;
  emails: readonly string[];
  pattern: object;
  inputPaths: Readonly<Record<string, string>>;
  inputTemplate: string;
  /** The topic's policy, once both ARNs are known. */
  policyOf: (topicArn: string, ruleArn: string) => object;
}

/** One thing that was made, or was there. */
export interface MailStep {
  kind: 'topic' | 'subscription' | 'rule' | 'bucket';
  name: string;
  change: Upkeep;
}

/** Topic, rule and bucket of an account: SNS, EventBridge and S3. */
export interface AlertMail {
  /** Makes what is missing; other notifications of the bucket are kept. */
  apply: (wanted: WantedMail, onStep: (step: MailStep) => void) => Promise<{ topicArn: string }>;
  close: () => Promise<void>;
}
