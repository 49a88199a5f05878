import { join } from 'node:path';
import { RunHistoryFile } from '../../../adapters/fs/records/run-history-file.ts';
import { openDestinationFolder } from '../../../adapters/fs/state/state-places.ts';
import type { StatePlace } from '../../../core/config/destination.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { RunHistory, RunHistoryBook } from '../../../ports/state/run-history.ts';
import { stateFolderOf } from './state-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** The history that lies in a folder of state. */
export function openRunHistory(
  folder: string,
  { log, clock }: Pick<CliContext, 'log' | 'clock'>,
): RunHistory & RunHistoryBook {
  return new RunHistoryFile(join(folder, 'runs.jsonl'), {
    onTrouble: (message) => log.warn('run-history', message),
    now: clock.now,
  });
}

/** The history of a run that begins. Where state can't be kept that is told, and nothing is written down. */
export async function beginRunHistory(place: StatePlace, context: CliContext): Promise<RunHistory> {
  try {
    const folder =
      place.profile === undefined
        ? await openDestinationFolder(place.destination, context)
        : stateFolderOf(place, context);
    return openRunHistory(folder, context);
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    context.log.warn('run-history', `What this run does is not written down for status. ${error.message}`, {
      cure: error.cure ?? null,
    });
    return unwritten;
  }
}

const nothing = async (): Promise<void> => undefined;

const unwritten: RunHistory = { begin: async () => ({ id: '', mark: nothing, end: nothing }) };
