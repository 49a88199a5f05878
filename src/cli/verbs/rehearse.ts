import type { RehearseSettings } from '../../commands/rehearse/settings.ts';
import { rehearseSettings } from '../../commands/rehearse/settings.ts';
import type { Verb } from '../verb.ts';

/** Nobody may remember to end what goes on behind. */
const backgroundMs = 3_600_000;

export const rehearseVerb: Verb = {
  path: ['rehearse'],
  summary: 'S3, STS and IAM on this machine, to try a set-up and its failures without AWS',
  args: [{ name: '[command...]', help: 'behind --: a command to run in the environment of the rehearsal' }],
  settings: rehearseSettings,
  readsProfile: false,
  notes: `Examples:
  audit-export rehearse -- audit-export push --to s3://audit-rehearsal/audit events.jsonl
  audit-export rehearse --port 4566                        # prints the environment, runs until Ctrl-C
  audit-export rehearse --scenario throttled -- npm test
  eval "$(audit-export rehearse --background)"; aws s3 ls; kill $AUDIT_EXPORT_REHEARSAL_PID

It listens on loopback only and is not AWS. The AWS profiles customer (administrator of account 111122223333, also the
default) and vendor (user exporter of account 444455556666) lead to it: AWS_PROFILE=vendor aws sts get-caller-identity.
Configuration and state of the commands in it are of the rehearsal alone (--own-settings: yours).
Scenarios, and how to write one: docs/rehearse.md.

Exit codes: that of the command; 0 when stopped; 2 for a port that is taken or a scenario that does not exist.`,
  run: async ({ context, args, options }) => {
    const { rehearse } = await import('../../commands/rehearse/index.ts');
    const { buildRehearseHost } = await import('../contexts/access/rehearse-context.ts');
    const {
      port,
      data,
      scenario,
      seed,
      ownSettings,
      background,
      for: forMs,
    } = options as unknown as RehearseSettings;
    if (background) {
      const { runInBackground } = await import('../../adapters/emulator/host/run-in-background.ts');
      const words = [
        '--port',
        `${port}`,
        '--scenario',
        scenario,
        '--seed',
        `${seed}`,
        '--for',
        `${Math.ceil((forMs ?? backgroundMs) / 1000)}s`,
      ];
      const kept = data === undefined ? [] : ['--data', data];
      const argv = ['rehearse', ...words, ...kept, ...(ownSettings ? ['--own-settings'] : [])];
      context.stdout.write(await runInBackground(argv, context.environment));
      return 0;
    }
    return rehearse(
      { port, dataDir: data, scenario, seed, ownSettings, forMs, command: args, json: options.json },
      buildRehearseHost(context),
    );
  },
};
