import type { PushRequest } from '../../commands/push/index.ts';
import { quarantineListSettings, quarantineReplaySettings } from '../../commands/quarantine/settings.ts';
import type { Verb } from '../verb.ts';

export const quarantineListVerb: Verb = {
  path: ['quarantine', 'list'],
  summary: 'the lines that were set aside, by reason',
  args: [],
  settings: quarantineListSettings,
  readsProfile: true,
  notes: `Each line is kept with its source, line number, byte offset, reason and exact bytes, in JSON Lines files of the
folder that is shown. Once the cause is mended: audit-export quarantine replay`,
  run: async ({ context, flags, options, profile }) => {
    const { openShelves } = await import('../quarantine-context.ts');
    const { listQuarantine } = await import('../../commands/quarantine/list.ts');
    const { renderQuarantineList } = await import('../render/quarantine-list.ts');
    const { buildPalette } = await import('../render/palette.ts');
    const { shellWord } = await import('../../core/schedule/quoting.ts');
    const list = await listQuarantine(
      await openShelves(
        {
          quarantine: options['quarantine'] as string | undefined,
          to: profile === undefined ? (options['to'] as string | undefined) : undefined,
          endpointUrl: options.endpointUrl,
          profile,
        },
        context,
      ),
    );
    const same = ['config', 'profile', 'to', 'endpoint-url', 'quarantine'].flatMap((flag) =>
      (flags[flag] ?? []).map((word) => `--${flag} ${shellWord(word)}`),
    );
    const replay = ['audit-export quarantine replay', ...same];
    context.stdout.write(
      options.json
        ? `${JSON.stringify(list, null, 2)}\n`
        : renderQuarantineList(list, replay.join(' '), buildPalette(context, options.noColor)),
    );
    return 0;
  },
};

export const quarantineReplayVerb: Verb = {
  path: ['quarantine', 'replay'],
  summary: 'push them again, after a fix',
  args: [],
  settings: quarantineReplaySettings,
  readsProfile: true,
  notes: `Lines that are good now are delivered and leave the quarantine; those that are still bad stay, with the place
where they first stood. Takes the flags of push but --types, since every type is delivered: add --schema FILE
for a type that was not known, or raise --max-line.

Exit codes: as of push; 5 while lines stay in the quarantine.`,
  run: async ({ context, options, profile }) => {
    const { buildPushHost } = await import('../context.ts');
    const { openShelves } = await import('../quarantine-context.ts');
    const { replayQuarantine } = await import('../../commands/quarantine/replay.ts');
    const { showPushReport } = await import('../render/show-push-report.ts');
    const request = {
      inputs: [],
      options: { ...options, types: undefined },
      profile,
    } as unknown as PushRequest;
    const shelves = await openShelves({ ...request.options, profile }, context);
    return showPushReport(
      await replayQuarantine(request, buildPushHost(context, request.options), shelves),
      request.options,
      context,
    );
  },
};
