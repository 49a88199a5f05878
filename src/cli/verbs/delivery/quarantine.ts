import type { PushRequest } from '../../../commands/push/index.ts';
import type { QuarantineDropOptions, QuarantineShowOptions } from '../../../commands/quarantine/settings.ts';
import {
  quarantineDropSettings,
  quarantineListSettings,
  quarantineReplaySettings,
  quarantineShowSettings,
} from '../../../commands/quarantine/settings.ts';
import { wrapText } from '../../../core/report/wrap.ts';
import { columnsOf } from '../../terminal/columns.ts';
import type { Verb } from '../../verb.ts';

const where = `Of the profile; without one, of all destinations that were delivered to without a profile, or of the one that --to names.`;

const ids = { name: '[ids...]', help: 'as list shows them: 12 hex digits, or the first 8 of them' };

export const quarantineListVerb: Verb = {
  path: ['quarantine', 'list'],
  summary: 'the lines that were set aside, by reason',
  args: [],
  settings: quarantineListSettings,
  readsProfile: true,
  notes: `Each line is kept with its destination, source, line number, byte offset, reason and exact bytes, in JSON Lines files of
the folder that is shown. ${where}
Once the cause is mended: audit-export quarantine replay`,
  run: async (invocation) => {
    const { context, options } = invocation;
    const { openQuarantines, replayCommands } = await import('../../contexts/delivery/quarantine-context.ts');
    const { listQuarantine } = await import('../../../commands/quarantine/list.ts');
    const { renderQuarantineList } = await import('../../render/delivery/quarantine-list.ts');
    const { buildPalette } = await import('../../render/palette.ts');
    const list = await listQuarantine(await openQuarantines(invocation));
    const replay = await replayCommands(list.destinations, invocation);
    context.stdout.write(
      options.json
        ? `${JSON.stringify(list, null, 2)}\n`
        : wrapText(
            renderQuarantineList(list, replay, buildPalette(context, options.noColor)),
            columnsOf(context.stdout),
          ),
    );
    return 0;
  },
};

export const quarantineShowVerb: Verb = {
  path: ['quarantine', 'show'],
  summary: 'the content of lines that were set aside, with the place of the fault',
  args: [ids],
  settings: quarantineShowSettings,
  readsProfile: true,
  notes: `Shows the lines that are named, else the first of all. JSON is laid out, its tokens as they are; the value at fault,
or the place where a line stops being JSON, is marked. ${where}

Examples:
  audit-export quarantine show --profile acme
  audit-export quarantine show 3f2a91c07b5d
  audit-export quarantine show --json | jq -r '.lines[].content.lines[]'`,
  run: async (invocation) => {
    const { context, options, args } = invocation;
    const { openQuarantines } = await import('../../contexts/delivery/quarantine-context.ts');
    const { showQuarantine } = await import('../../../commands/quarantine/show.ts');
    const { renderQuarantinedLines } = await import('../../render/delivery/quarantined-lines.ts');
    const { buildPalette } = await import('../../render/palette.ts');
    const { limit } = options as unknown as QuarantineShowOptions;
    const shown = await showQuarantine(await openQuarantines(invocation), { ids: args, limit });
    const { verbose } = options;
    context.stdout.write(
      options.json
        ? `${JSON.stringify(shown, null, 2)}\n`
        : renderQuarantinedLines(shown, buildPalette(context, options.noColor), {
            verbose,
            columns: columnsOf(context.stdout),
          }),
    );
    return 0;
  },
};

export const quarantineReplayVerb: Verb = {
  path: ['quarantine', 'replay'],
  summary: 'push lines that were set aside again, after a fix',
  args: [],
  settings: quarantineReplaySettings,
  readsProfile: true,
  notes: `Lines that are good now are delivered and leave the quarantine; those that are still bad stay, with the place
where they first stood. A line goes to the destination that it was set aside for and nowhere else. Takes the flags of push
but --types, since every type is delivered: add --schema FILE for a type that was not known, or raise --max-line.

Exit codes: as of push; 5 while lines stay in the quarantine; 2 where all of them were to go elsewhere.`,
  run: async (invocation) => {
    const { context, options, profile } = invocation;
    const { buildPushHost } = await import('../../context.ts');
    const { openQuarantines } = await import('../../contexts/delivery/quarantine-context.ts');
    const { replayQuarantine } = await import('../../../commands/quarantine/replay.ts');
    const { showPushReport } = await import('../../render/delivery/show-push-report.ts');
    const request = {
      inputs: [],
      options: { ...options, types: undefined },
      profile,
    } as unknown as PushRequest;
    const { evidenceLast } = await import('../../terminal/evidence-last.ts');
    return evidenceLast(
      context,
      async (within) =>
        replayQuarantine(request, buildPushHost(within, request.options), await openQuarantines(invocation)),
      (report) => showPushReport(report, request.options, context),
    );
  },
};

export const quarantineDropVerb: Verb = {
  path: ['quarantine', 'drop'],
  summary: 'take lines out for good, undelivered, with a reason',
  args: [ids],
  settings: quarantineDropSettings,
  readsProfile: true,
  notes: `What was dropped, when and why is written down in dropped.jsonl beside the lists, with the SHA-256 of each line; the line
itself is gone. ${where}

Examples:
  audit-export quarantine drop 3f2a91c07b5d --reason 'half a line, the whole one was delivered'
  audit-export quarantine drop --all --profile acme --reason 'test events'

Exit codes: 0 dropped; 2 no reason or no lines are named, or a line does not wait; 6 the quarantine can't be read or written.`,
  run: async (invocation) => {
    const { context, options, args } = invocation;
    const { openQuarantines } = await import('../../contexts/delivery/quarantine-context.ts');
    const { dropQuarantined } = await import('../../../commands/quarantine/drop.ts');
    const { formatCounted } = await import('../../../core/report/format.ts');
    const { all, reason } = options as unknown as QuarantineDropOptions;
    const request = { ids: args, all, reason, nowMs: invocation.context.clock.now() };
    const report = await dropQuarantined(await openQuarantines(invocation), request);
    const dropped = formatCounted(report.dropped.length, 'line was', 'lines were');
    const noted = report.logs.length === 0 ? '' : `, which is written down in ${report.logs.join(', ')}`;
    context.stdout.write(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : `${dropped} dropped${noted}\n`,
    );
    return 0;
  },
};
