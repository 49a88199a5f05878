import type { AlertsHost } from '../../../commands/consumers/alerts/alerts.ts';
import type { ConsumersHost } from '../../../commands/consumers/consumers-host.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { readOwnType } from '../../context.ts';
import { openStoreThatIs } from './store-reader-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `consumers alerts` the real world. */
export function buildAlertsHost(
  context: CliContext,
  { region, endpointUrl, quiet }: GlobalOptions,
): AlertsHost {
  return {
    say: (line) => void (quiet || context.stderr.write(`${line}\n`)),
    openMail: async () => {
      const { openAlertMail } = await import('../../../adapters/aws/alert-mail.ts');
      return openAlertMail({ region, endpointUrl }, context.environment);
    },
  };
}

/** Hands `consumers` the real world. */
export function buildConsumersHost(
  context: CliContext,
  options: GlobalOptions & { pathStyle?: boolean },
): ConsumersHost {
  const { environment, signal, stderr } = context;
  const { region } = options;
  return {
    clock: { now: () => Date.now() },
    signal,
    say: (line) => void (options.quiet || stderr.write(`${line}\n`)),
    readOwnTypes: (files) => Promise.all(files.map(readOwnType)),
    openReader: (address) => openStoreThatIs(address, { ...options, pathStyle: options.pathStyle }, context),
    openCatalogue: async () => {
      const { openGlueCatalogue } = await import('../../../adapters/aws/athena/glue-catalogue.ts');
      return openGlueCatalogue(region, environment);
    },
    openEngine: async (place) => {
      const { openAthenaEngine } = await import('../../../adapters/aws/athena/athena-engine.ts');
      return openAthenaEngine({ ...place, region }, environment);
    },
  };
}
