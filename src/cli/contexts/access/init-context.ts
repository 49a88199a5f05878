import { findRegion } from '../../../adapters/aws/credentials/aws-profile.ts';
import { openBucketAdmin } from '../../../adapters/aws/s3/bucket-admin.ts';
import { openConfigStore } from '../../../adapters/fs/records/config-store.ts';
import { statePlaces } from '../../../adapters/fs/state/state-places.ts';
import { readNamedFile, writeNamedFile } from '../../../adapters/fs/named-files.ts';
import { openConversation } from '../../../adapters/terminal/conversation.ts';
import { InquirerPrompter } from '../../../adapters/terminal/inquirer-prompter.ts';
import type { InitHost, Tone } from '../../../commands/init/init-host.ts';
import { testAccess } from '../../../commands/test-access/index.ts';
import { optionsOfProfile } from '../../../commands/test-access/options-of-profile.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { profileFlags } from '../../../core/config/profile-flags.ts';
import { describeChange } from '../../../core/setup/plan/change.ts';
import { AuditExportError } from '../../../errors.ts';
import { buildTestAccessHost } from './access-context.ts';
import { buildConsent, buildIamHost, openReceipts } from './iam-context.ts';
import { buildPalette } from '../../render/palette.ts';
import { renderProbe } from '../../render/access/test-access-lines.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `init` the real world. */
export async function buildInitHost(context: CliContext, options: GlobalOptions): Promise<InitHost> {
  const { environment, stdin, stderr, signal, workingFolder, clock } = context;
  const config = await openConfigStore(options.config, environment, workingFolder);
  // What the person reads goes to stderr: there it is coloured or not.
  const palette = buildPalette({ stdout: stderr, environment }, options.noColor);
  const { strong, faint, good, warn } = palette;
  const tones: Record<Tone, (text: string) => string> = { plain: (text) => text, strong, faint, good, warn };
  const { say, wait } = openConversation(stderr, { quiet: options.quiet, now: clock.now });
  const tell: InitHost['say'] = (text, tone = 'plain') => {
    say(text, tones[tone]);
  };
  return {
    canAsk: stdin.isTTY === true && stderr.isTTY === true && !options.noInput,
    prompter: new InquirerPrompter({ input: stdin, output: stderr, colours: hasColours(strong), signal }),
    say: tell,
    wait,
    clock,
    config,
    ambientRegion: await findRegion(environment),
    openIam: (region, profile) =>
      buildIamHost(context, {
        region,
        endpointUrl: options.endpointUrl,
        again: `audit-export init${profileFlags(profile, options.config)}${options.yes ? ' --apply --yes' : ''}`,
        receipts: openReceipts(
          statePlaces(context).profileFolder({ name: profile, configFile: config.file }),
        ),
        onChange: (change) => {
          tell(`  ✔ ${describeChange(change)}`, 'good');
        },
      }),
    openBuckets: (reach) => openBucketAdmin(reach, environment),
    testAccess: async (profile, reach, patienceMs) => {
      const host = buildTestAccessHost(context, options);
      // What is made stays made: where nobody can be asked about a locked bucket, nothing is written to it.
      const { yes, canAsk } = buildConsent(context, options);
      return testAccess(
        { options: { ...optionsOfProfile(profile, patienceMs), ...reach }, profile },
        {
          ...host,
          sleep: (ms) => sleep(ms, context),
          onProbe: (report) => {
            // What is right is no news; the verdict comes with the report.
            if (report.status !== 'pass' || options.verbose) tell(`  ${renderProbe(report, palette)}`);
          },
          onWait: wait,
          agreeToLock: async (lock) => (yes || canAsk) && host.agreeToLock(lock),
        },
      );
    },
    readFile: readNamedFile,
    writeFile: writeNamedFile,
  };
}

function hasColours(style: (text: string) => string): boolean {
  return style('x') !== 'x';
}

async function sleep(ms: number, { clock, signal }: CliContext): Promise<void> {
  await clock.sleep(ms, signal);
  if (!signal.aborted) return;
  throw new AuditExportError('interrupted', 'Stopped while waiting for IAM. Policy and role are made.', {
    cure: 'Run audit-export init again: it tests and goes on.',
  });
}
