import { parseStoreAddress } from '../../../core/config/store-address.ts';
import type { RenderedFile } from '../../../core/setup/render/render-access.ts';
import type { Place } from '../../../core/setup/reader-access.ts';
import {
  alertPrefix,
  eventPattern,
  inputPaths,
  inputTemplate,
  mailFiles,
  topicPolicy,
} from '../../../core/consumers/alerts/mail.ts';
import { storeUrl } from '../../../core/setup/desired/desired-access.ts';
import { AuditExportError } from '../../../errors.ts';
import type { AlertMail, MailStep } from '../../../ports/aws/alert-mail.ts';
import type { AlertsOptions } from './alerts-settings.ts';

/** What `consumers alerts --json` prints. Shape: schemas/consumers-alerts.schema.json. */
export interface AlertsReport {
  report: 'consumers-alerts';
  version: 1;
  /** Where alerts lie: `s3://bucket/prefix/_alerts/`. */
  alerts: string;
  files: RenderedFile[];
  /** What --apply did; null without it. */
  applied: MailStep[] | null;
}

export interface AlertsHost {
  say: (line: string) => void;
  openMail: () => Promise<AlertMail>;
}

/** Makes what sends an e-mail for each alert, as text, and with --apply in AWS. Throws `missing-answer`, `usage` and what AWS says. */
export async function consumersAlerts(options: AlertsOptions, host: AlertsHost): Promise<AlertsReport> {
  const { email: emails = [], name } = options;
  const store = storeOf(options.from);
  checkMail(emails, name);
  const applied: MailStep[] = [];
  if (options.apply) {
    const mail = await host.openMail();
    try {
      await mail.apply(
        {
          bucket: store.bucket,
          name,
          emails,
          pattern: eventPattern(store),
          inputPaths,
          inputTemplate,
          policyOf: topicPolicy,
        },
        (step) => {
          applied.push(step);
          host.say(`${step.change.padEnd(9)} ${step.kind} ${step.name}`);
        },
      );
    } finally {
      await mail.close();
    }
  }
  return {
    report: 'consumers-alerts',
    version: 1,
    alerts: `${storeUrl(store.bucket, '')}${alertPrefix(store)}`,
    files: mailFiles({ store, emails, name }),
    applied: options.apply ? applied : null,
  };
}

function storeOf(from: string | undefined): Place {
  if (from === undefined)
    throw new AuditExportError('missing-answer', 'It is not said where alerts lie.', {
      cure: 'Name the store with --from s3://BUCKET/PREFIX, or the profile with --profile.',
      details: { missing: '--from' },
    });
  const address = parseStoreAddress(from);
  if (address.kind === 's3') return address;
  throw new AuditExportError('usage', `${from} is a folder, and nobody sends e-mails for one.`, {
    cure: 'Use --from s3://BUCKET/PREFIX.',
  });
}

function checkMail(emails: readonly string[], name: string): void {
  if (emails.length === 0)
    throw new AuditExportError('missing-answer', 'It is not said who gets the e-mails.', {
      cure: 'Give --email ADDRESS.',
      details: { missing: '--email' },
    });
  const odd = emails.find((email) => !/^[^\s@"'<>\\]+@[^\s@"'<>\\]+$/.test(email));
  if (odd !== undefined)
    throw new AuditExportError('usage', `--email: ${JSON.stringify(odd)} is no address.`, {
      cure: 'Write it as name@example.org.',
    });
  if (!/^[\w-]{1,64}$/.test(name))
    throw new AuditExportError('usage', `--name: ${JSON.stringify(name)} can't be used.`, {
      cure: 'Use up to 64 letters, digits, - and _.',
    });
}
