import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { replaceFile } from '../../../adapters/fs/replace-file.ts';
import { unreadable } from '../../../adapters/fs/read-file.ts';
import type { VerifyHost } from '../../../commands/verify/verify-host.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import { AuditExportError, isAuditExportError } from '../../../errors.ts';
import { buildProgress } from '../../terminal/log-context.ts';
import type { SourceOptions } from '../delivery/source-context.ts';
import { openStoreReader } from './store-reader-context.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** Hands `verify`, and what else reads evidence, the real world. */
export function buildVerifyHost(context: CliContext, options: GlobalOptions & SourceOptions): VerifyHost {
  const pathOf = (file: string): string => resolve(context.workingFolder, file);
  return {
    clock: context.clock,
    progress: buildProgress(context, options),
    openReader: (address) => openStoreReader(address, options, context),
    loadTypes: async (ownSchemas) => {
      const { loadAuditTypes } = await import('../../../core/audit-types/load-audit-types.ts');
      const { readOwnType } = await import('../../context.ts');
      return loadAuditTypes(await Promise.all(ownSchemas.map(readOwnType)));
    },
    readText: (file) => readText(pathOf(file), file),
    readFile: (file) => ({
      size: async () => {
        const { size } = await stat(pathOf(file)).catch((error: unknown) => {
          throw unreadable(file, error);
        });
        return size;
      },
      pieces: () => createReadStream(pathOf(file)) as AsyncIterable<Buffer>,
    }),
    writeText: (file, text) => replace(pathOf(file), file, text),
    writePieces: async (file, pieces) => {
      let bytes = 0;
      const counted = async function* (): AsyncGenerator<Buffer> {
        for await (const piece of pieces) {
          bytes += piece.length;
          yield piece;
        }
      };
      await replace(pathOf(file), file, counted());
      return bytes;
    },
  };
}

async function replace(path: string, file: string, content: string | AsyncIterable<Buffer>): Promise<void> {
  await replaceFile(path, content).catch((error: unknown) => {
    throw isAuditExportError(error) ? error : outputFailed(file, error);
  });
}

async function readText(path: string, file: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AuditExportError('config-invalid', `${file} can't be read: ${(error as Error).message}.`, {
      cure: 'Check the path, and that this user may read it.',
      cause: error,
    });
  });
}

function outputFailed(file: string, error: unknown): AuditExportError {
  return new AuditExportError('output-failed', `${file} can't be written: ${(error as Error).message}.`, {
    cure: 'Check the path, and that this user may write there.',
    cause: error,
  });
}
