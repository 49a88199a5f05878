import { beginPart, hasNews, standingBehind } from '../../../../src/core/batches/file-parts.ts';
import type { FileChoices, Look, SeenFile } from '../../../../src/core/files/catalogue.ts';
import { lookAtFiles } from '../../../../src/core/files/catalogue.ts';
import type { FileSource } from '../../../../src/core/files/look-at-content.ts';
import { isBreak } from '../../../../src/core/files/look-at-content.ts';
import { SourceAccount } from '../../../../src/core/push/source-part.ts';
import { isAuditExportError } from '../../../../src/errors.ts';
import { MemoryFiles } from '../../../fakes/memory-files.ts';
import type { KnownFile } from '../../../../src/ports/sources/known-file.ts';

/** What one round read: the new content of each file, by the path it was found at, in order. */
export interface Round {
  read: [path: string, content: string][];
  problems: string[];
  look: Look;
}

const noChoices: FileChoices = { again: new Set(), accept: new Set() };

/**
 * Files in memory and what is known of them: a round looks at them and takes what is new, up to the last end of a line, as a
 * delivery does that has a journal.
 */
export class Reader {
  readonly files = new MemoryFiles();
  readonly known = new Map<string, KnownFile>();
  nowMs = 0;
  #ids = 0;

  async look(paths: readonly (string | FileSource)[], choices: Partial<FileChoices> = {}): Promise<Look> {
    const gone = new Set<string>();
    const attempt = (): Promise<Look> =>
      lookAtFiles(
        paths.flatMap((path) => (typeof path === 'string' ? this.files.given(path) : [path])),
        this.known,
        { ...noChoices, ...choices },
        { files: this.files, gone, newId: () => `id-${++this.#ids}`, now: () => ++this.nowMs },
      );
    // What has gone under a look is looked for once more.
    const look = await attempt().catch((error: unknown) => {
      if (isAuditExportError(error) && error.code === 'source-moved' && gone.size > 0) return attempt();
      throw error;
    });
    for (const file of look.changed) this.known.set(file.id, file);
    for (const id of look.forgotten) this.known.delete(id);
    return look;
  }

  /** Writes down what was not known before, and takes nothing, as a follower does when files come. */
  async note(paths: readonly string[]): Promise<void> {
    for (const { known } of (await this.look(paths)).files)
      if (!this.known.has(known.id)) this.known.set(known.id, known);
  }

  async round(paths: readonly (string | FileSource)[], choices: Partial<FileChoices> = {}): Promise<Round> {
    const look = await this.look(paths, choices);
    const read: Round['read'] = [];
    for (const seen of look.files) {
      if (!hasNews(seen)) continue;
      const content = await this.#take(seen);
      if (content !== '') read.push([seen.source.file.path, content]);
    }
    return { read, problems: look.problems.map(({ kind, source }) => `${kind} ${source}`), look };
  }

  async #take(seen: SeenFile): Promise<string> {
    const part = await beginPart(seen);
    const { source, known } = seen;
    const pieces: Buffer[] = [];
    const account = new SourceAccount({
      source,
      part: {
        from: known.at,
        to: part.to,
        plain: known.plain,
        checksum: known.checksum,
        headHash: '',
        format: 'lines',
        skipEnding: false,
        isFinal: part.isFinal,
      },
    });
    try {
      for await (const piece of source.read(() => undefined, { start: 0, end: part.to })) pieces.push(piece);
    } catch (error) {
      if (!isBreak(error) || !isAuditExportError(error)) throw error;
      account.breakOff(error, 0);
    }
    const rest = Buffer.concat(pieces).subarray(known.at.offset);
    const end = rest.lastIndexOf('\n') + 1;
    account.addContent(rest, end);
    account.waits = !part.isFinal && end < rest.length;
    const taken = rest.subarray(0, account.takenBytes).toString();
    account.lines += taken.split('\n').length - 1;
    this.known.set(known.id, await standingBehind(part, seen, account));
    return taken;
  }
}

/** Lines with these numbers, each with its end. */
export function lines(from: number, to: number): string {
  return Array.from(
    { length: to - from },
    (_, n) => `{"line":${from + n},"text":"${'x'.repeat(60)}"}\n`,
  ).join('');
}

/** Where the log of these tests stands. */
export const log = '/logs/app.log';

/** A reader that looked at the log once after each of these was written to it. */
export async function readerOf(...rounds: readonly string[]): Promise<Reader> {
  const reader = new Reader();
  for (const [index, content] of rounds.entries()) {
    if (index === 0) reader.files.write(log, content);
    else reader.files.append(log, content);
    await reader.round([log]);
  }
  return reader;
}
