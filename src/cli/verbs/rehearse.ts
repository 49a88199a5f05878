import type { RehearseSettings } from '../../commands/rehearse/settings.ts';
import { rehearseSettings } from '../../commands/rehearse/settings.ts';
import type { Verb } from '../verb.ts';

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
  audit-export rehearse > rehearsal.env & sleep 1; . ./rehearsal.env; aws s3 ls

It listens on loopback only and is not AWS. The AWS profiles customer (administrator of account 111122223333, also the
default) and vendor (user exporter of account 444455556666) lead to it: AWS_PROFILE=vendor aws sts get-caller-identity.
Scenarios, and how to write one: docs/rehearse.md.

Exit codes: that of the command; 0 when stopped; 2 for a port that is taken or a scenario that does not exist.`,
  run: async ({ context, args, options }) => {
    const { rehearse } = await import('../../commands/rehearse/index.ts');
    const { buildRehearseHost } = await import('../rehearse-context.ts');
    const { port, data, scenario, seed } = options as unknown as RehearseSettings;
    return rehearse(
      { port, dataDir: data, scenario, seed, command: args, json: options.json },
      buildRehearseHost(context),
    );
  },
};
