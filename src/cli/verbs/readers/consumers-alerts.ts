import type { AlertsOptions } from '../../../commands/consumers/alerts/alerts-settings.ts';
import { alertsSettings } from '../../../commands/consumers/alerts/alerts-settings.ts';
import { alertsTestSettings } from '../../../commands/consumers/alerts/alerts-test-settings.ts';
import type { PushRequest } from '../../../commands/push/index.ts';
import type { Verb } from '../../verb.ts';

export const consumersAlertsVerb: Verb = {
  path: ['consumers', 'alerts'],
  summary: 'an e-mail when an alert lands: EventBridge rule and SNS topic, and rules to start from',
  args: [],
  settings: alertsSettings,
  readsProfile: true,
  notes: `Prints alert-rules.json for push --alert-rules, and rule, topic and subscription as CloudFormation and Terraform. --apply makes them, and
needs @aws-sdk/client-sns and @aws-sdk/client-eventbridge. Each address must be confirmed by the link that AWS sends to it.

Examples:
  audit-export consumers alerts --profile acme --email soc@example.org --out alerts/
  audit-export consumers alerts --profile acme --email soc@example.org --apply
  audit-export consumers alerts test --profile acme

What it makes, what that costs and how to remove it: docs/consumers/alerts.md.

Exit codes: 0 done; 2 usage; 3 a package is missing; 4 access.`,
  run: async ({ context, options }) => {
    const { consumersAlerts } = await import('../../../commands/consumers/alerts/alerts.ts');
    const { buildAlertsHost } = await import('../../contexts/readers/consumers-context.ts');
    const { showFiles } = await import('../../render/rendered-files.ts');
    const asked = options as unknown as AlertsOptions;
    const report = await consumersAlerts(asked, buildAlertsHost(context, options));
    const isShown = report.applied === null || asked.out !== undefined;
    const text = isShown ? await showFiles(report.files, asked.out) : '';
    context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : text);
    return 0;
  },
};

export const consumersAlertsTestVerb: Verb = {
  path: ['consumers', 'alerts', 'test'],
  summary: 'write a marked alert, and say what should arrive',
  args: [],
  settings: alertsTestSettings,
  readsProfile: true,
  notes: `Writes one object below _alerts/ as a delivery would, with "test" in its key. Nothing reads it but what waits for alerts.

Exit codes: 0 written; 2 usage; 4 access; 6 the store can't be reached.`,
  run: async (invocation) => {
    const { context, options, profile } = invocation;
    const { alertsTest } = await import('../../../commands/consumers/alerts/alerts-test.ts');
    const { openStore } = await import('../../context.ts');
    const request = { inputs: [], options, profile } as unknown as PushRequest;
    const report = await alertsTest(request, {
      now: () => Date.now(),
      openStore: (address, settings) => openStore(address, settings, context),
    });
    if (options.json) context.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else
      context.stdout.write(
        `Written: ${report.key}\nWithin a minute an e-mail should arrive that says:\n  ${report.expected}\nNone came? Each address must be confirmed once; then see docs/consumers/alerts.md.\n`,
      );
    return 0;
  },
};
