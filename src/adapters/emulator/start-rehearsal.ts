import type { Emulator } from '../../ports/aws/emulator.ts';
import { loadScenario } from './scenarios/load-scenario.ts';
import { startEmulator } from './start-emulator.ts';

/**
 * Starts an emulator in a scenario, named or from a JSON file.
 * Throws `AuditExportError` usage or config-invalid for the scenario, port-in-use for the port.
 */
export async function startRehearsal(settings: {
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly scenario: string;
  readonly seed: number;
}): Promise<{ readonly emulator: Emulator; readonly summary: string }> {
  const scenario = await loadScenario(settings.scenario);
  const { port, seed, dataDir } = settings;
  const emulator = await startEmulator({ port, seed, scenario, ...(dataDir !== undefined && { dataDir }) });
  return { emulator, summary: scenario.summary };
}
