import { runCommand } from '../../../adapters/emulator/host/run-command.ts';
import { writePrivateFiles } from '../../../adapters/emulator/host/private-files.ts';
import { settingsPlace } from '../../../adapters/emulator/host/settings-place.ts';
import { startRehearsal } from '../../../adapters/emulator/start-rehearsal.ts';
import type { RehearseHost } from '../../../commands/rehearse/rehearse-host.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `rehearse` the real world. The emulator is loaded here and nowhere else. */
export function buildRehearseHost({ stdout, stderr, environment, signal }: CliContext): RehearseHost {
  return {
    startRehearsal,
    writePrivateFiles,
    settingsPlace,
    processId: process.pid,
    runCommand: (command, change) => runCommand(command, { environment, ...change, signal }),
    print: (text) => {
      stdout.write(`${text}\n`);
    },
    say: (text) => {
      stderr.write(`${text}\n`);
    },
    signal,
  };
}
