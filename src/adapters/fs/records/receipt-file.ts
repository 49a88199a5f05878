import { readFile } from 'node:fs/promises';
import { parseReceipt } from '../../../core/setup/plan/receipt.ts';
import type { AccessReceipt } from '../../../core/setup/plan/receipt.ts';
import { AuditExportError } from '../../../errors.ts';
import { replaceFile } from '../replace-file.ts';

/** A receipt in one file or, for somebody to take along, in several: the first that exists is read, all are written. */
export class ReceiptFiles {
  readonly location: string;
  readonly #files: readonly string[];

  constructor(files: readonly [string, ...string[]]) {
    this.#files = files;
    this.location = files[0];
  }

  /** Undefined where there is none. Throws `document-invalid`. */
  async read(): Promise<AccessReceipt | undefined> {
    for (const file of this.#files) {
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw new AuditExportError(
          'document-invalid',
          `The receipt ${file} can't be read: ${(error as Error).message}.`,
          { cure: 'See that this user may read the file.', cause: error },
        );
      });
      if (text !== undefined) return parseReceipt(file, text);
    }
    return undefined;
  }

  /** Throws `receipt-not-written`. */
  async save(receipt: AccessReceipt): Promise<void> {
    for (const file of this.#files) {
      try {
        await replaceFile(file, `${JSON.stringify(receipt, null, 2)}\n`);
      } catch (error) {
        throw new AuditExportError(
          'receipt-not-written',
          `The receipt ${file} could not be written: ${(error as Error).message}.`,
          {
            cure: 'Give this user the right to write there, or set XDG_STATE_HOME to a folder where it may.',
            cause: error,
          },
        );
      }
    }
  }
}
