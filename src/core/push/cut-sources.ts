import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { Cut } from '../lines/chunk.ts';
import type { ChunkMemoryPool } from '../lines/chunk-memory.ts';
import { compactDocuments } from '../lines/documents/compact-documents.ts';
import { cutChunks } from '../lines/cut-chunks.ts';
import { byteOrderMark, detectFormat } from '../lines/documents/detect-format.ts';
import type { ForeignForm } from '../lines/unwrap/foreign-form.ts';
import { foreignCure } from '../lines/unwrap/foreign-form.ts';
import type { OpenParts } from '../lines/unwrap/join-parts.ts';
import { isWithinLine, noParts } from '../lines/unwrap/join-parts.ts';
import { separateObjects } from '../lines/documents/object-scanner.ts';
import { isSameLog } from '../lines/rotated-name.ts';
import type { Wrapping } from '../lines/unwrap/unwrap-line.ts';
import { LineUnwrapper, peekWrapping } from '../lines/unwrap/unwrap-lines.ts';
import { peek } from '../lines/documents/peek.ts';
import { beginning } from '../files/known-file.ts';
import type { PartRange, SourcePart } from './source-part.ts';
import { openEnvelopes } from '../lines/unwrap/open-envelopes.ts';
import { mayWait, SourceAccount } from './source-part.ts';
import type { Source, SourceFormat, StoredRange } from '../../ports/sources/source.ts';

export interface CutSourcesOptions {
  pool: ChunkMemoryPool;
  maxLineBytes: number;
  /** What lines are taken out of, before anything else looks at them; `auto` is told by the first lines of each source. */
  wrapping: Wrapping | undefined;
  /** Names of the arrays that hold events in documents that are none. */
  envelopes?: readonly string[] | undefined;
  signal: AbortSignal;
  /** Gets an entry for each source when it is opened. */
  accounts: SourceAccount[];
  onStoredBytes: (bytes: number) => void;
  /** Whether the content of each source is hashed. */
  hashes?: boolean | undefined;
}

/**
 * Reads the sources one after the other and cuts them into chunks of whole lines; no chunk spans two sources. A source that
 * can't be read, or not to its end, gives its whole lines before that, and its account says why. Then the next one follows; or it
 * throws, where the place is not kept up to which the source was read. A line that came in parts and whose end is in no file of
 * its log waits, and with it the files behind.
 */
export async function* cutSources(
  parts: readonly SourcePart[],
  options: CutSourcesOptions,
): AsyncGenerator<Cut> {
  let open = noParts;
  let waits = false;
  for (const [index, part] of parts.entries()) {
    if (options.signal.aborted) return;
    const account = new SourceAccount(part);
    if (options.hashes === true) account.hashContent();
    const place = { part, account, source: options.accounts.push(account) - 1 };
    const next = goingOn(part, parts[index + 1]);
    if (waits) {
      account.waitBehind();
      waits = next !== undefined;
      continue;
    }
    const cutter = new SourceCutter(place, options, { open, next });
    open = noParts;
    try {
      yield* cutter.cut();
      account.unjoinedBytes = cutter.heldBytes;
      waits = cutter.heldBytes > 0 && next !== undefined;
      if (cutter.heldBytes === 0) ({ open } = cutter);
    } catch (error) {
      if (options.signal.aborted) return;
      if (!isOfSource(error)) throw error;
      account.breakOff(error, cutter.heldBytes);
      if (!standsForItself(part, error)) throw error;
    }
  }
}

/** The source in which a log goes on. */
function goingOn({ source }: SourcePart, next: SourcePart | undefined): SourcePart | undefined {
  return next !== undefined && isSameLog(placeOf(source), placeOf(next.source)) ? next : undefined;
}

/** Which log a source is of, a file by where it really stands: it may be named otherwise. */
function placeOf({ name, file }: Source): string {
  return file?.real ?? name;
}

/** What is wrong with one source is no matter of the others. */
const sourceCodes: ReadonlySet<string> = new Set([
  'source-unreadable',
  'source-unsupported',
  'source-broken',
]);

/** Whether it is written down how far a source was read, or nothing was: a pipe comes again as a whole. */
function standsForItself({ source, part }: SourcePart, { code }: AuditExportError): boolean {
  if (code === 'source-unsupported' || source.isUnreadable === true) return true;
  return part !== undefined || source.file !== undefined || source.object !== undefined;
}

function isOfSource(error: unknown): error is AuditExportError {
  if (!isAuditExportError(error)) return false;
  return sourceCodes.has(error.code) || error.details['action'] === 's3:GetObject';
}

interface SourcePlace {
  part: SourcePart;
  account: SourceAccount;
  source: number;
}

/** What is open from the source before, and where the log goes on. */
interface Joining {
  open: OpenParts;
  next: SourcePart | undefined;
}

/** Cuts one source. */
class SourceCutter {
  readonly #place: SourcePlace;
  readonly #options: CutSourcesOptions;
  readonly #joining: Joining;
  #unwrapper: LineUnwrapper | undefined;

  constructor(place: SourcePlace, options: CutSourcesOptions, joining: Joining) {
    this.#place = place;
    this.#options = options;
    this.#joining = joining;
  }

  /** Lines that have begun and not ended, to go on with where the log goes on. */
  get open(): OpenParts {
    return this.#unwrapper?.open ?? noParts;
  }

  get heldBytes(): number {
    return this.#unwrapper?.heldBytes ?? 0;
  }

  async *cut(): AsyncGenerator<Cut> {
    const { account, source } = this.#place;
    const { pool, maxLineBytes, envelopes = [] } = this.#options;
    const { startOffset, content } = await openContent(this.#place, this.#options);
    const bytes = await this.#unwrapped(linesOf[account.format](content, account, envelopes));
    yield* cutChunks(bytes, { source, startOffset, pool, maxLineBytes });
  }

  async #unwrapped(lines: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
    const { wrapping, maxLineBytes } = this.#options;
    if (wrapping === undefined) return lines;
    if (wrapping !== 'auto') return this.#unwrap(lines, wrapping);
    if (this.#place.account.format !== 'lines' || this.#place.part.source.placeOf !== undefined) return lines;
    const outer = await peekWrapping(lines);
    if (outer.wrapping === undefined) return outer.bytes;
    let inner = await peekWrapping(this.#unwrap(outer.bytes, outer.wrapping));
    for (let depth = 1; depth < deepest && inner.wrapping !== undefined; depth++) {
      const unwrapper = new LineUnwrapper({ wrapping: inner.wrapping, atEnd: 'close', maxLineBytes });
      inner = await peekWrapping(unwrapper.read(inner.bytes));
    }
    return inner.bytes;
  }

  #unwrap(lines: AsyncIterable<Buffer>, wrapping: Wrapping): AsyncIterable<Buffer> {
    const { maxLineBytes } = this.#options;
    const { open, next } = this.#joining;
    this.#unwrapper = new LineUnwrapper({
      wrapping,
      maxLineBytes,
      open,
      // What its own file can't end, the next one may.
      atEnd: this.#place.account.mayWait || (next !== undefined && mayWait(next)) ? 'wait' : 'close',
      goesOn: next && ((begun) => this.#isEndedIn(next, begun, wrapping)),
    });
    return this.#unwrapper.read(lines);
  }

  /** Whether lines that have begun end in the next source, or never: what waits there would lack its beginning. */
  async #isEndedIn(next: SourcePart, open: OpenParts, wrapping: Wrapping): Promise<boolean> {
    if (!mayWait(next)) return true;
    const account = new SourceAccount(next);
    const { maxLineBytes } = this.#options;
    const unwrapper = new LineUnwrapper({ wrapping, open, atEnd: 'wait', maxLineBytes });
    try {
      const place = { part: next, account, source: 0 };
      const { content } = await openContent(place, { ...this.#options, onStoredBytes: () => undefined });
      for await (const lines of unwrapper.read(content)) if (lines.length > 0) return true;
      return !isWithinLine(unwrapper.open);
    } catch (error) {
      if (!isOfSource(error)) throw error;
      return false;
    }
  }
}

/** Wrappings that are taken off one after the other. */
const deepest = 4;

interface OpenedContent {
  startOffset: number;
  content: AsyncIterable<Buffer>;
}

/** The content of a part, and how it holds its events. */
async function openContent(place: SourcePlace, options: CutSourcesOptions): Promise<OpenedContent> {
  const {
    part: { source, part },
    account,
  } = place;
  const onStoredBytes = (bytes: number): void => {
    account.storedBytes += bytes;
    options.onStoredBytes(bytes);
  };
  if (part?.plain === true && part.from.stored > 0) {
    return goOn(source.read(onStoredBytes, rangeOf(part, part.from.stored)), part, account);
  }
  const stored = source.read(onStoredBytes, part && rangeOf(part, 0));
  const detected = await detectFormat(stored, source.format, {
    mayGrow: account.mayWait,
    envelopes: options.envelopes ?? [],
  });
  account.headHash = detected.headHash;
  if (part === undefined || part.from.offset === 0) return begin(place, detected);
  const { bytes, skippedBytes } = detected;
  const rest = between(bytes, part.from.offset - skippedBytes, (part.toOffset ?? Infinity) - skippedBytes);
  return goOn(rest, part, account);
}

function rangeOf({ to, isSame }: PartRange, start: number): StoredRange {
  return { start, end: to, ...(isSame === undefined ? {} : { isSame }) };
}

/** Content that is read from its beginning. */
async function begin(
  { part: { source, part, from }, account }: SourcePlace,
  { format, foreign, skippedBytes, bytes }: Awaited<ReturnType<typeof detectFormat>>,
): Promise<OpenedContent> {
  account.format = format;
  if (foreign !== undefined) {
    await bytes.return(undefined);
    throw notLines(source.name, foreign);
  }
  if (skippedBytes > 0) account.addContent(byteOrderMark, skippedBytes);
  const content = part?.toOffset === undefined ? bytes : between(bytes, 0, part.toOffset - skippedBytes);
  return { startOffset: (from?.offset ?? 0) + skippedBytes, content };
}

/** Content that is gone on with. */
async function goOn(
  content: AsyncIterable<Buffer>,
  { from, skipEnding }: PartRange,
  account: SourceAccount,
): Promise<OpenedContent> {
  if (!skipEnding) return { startOffset: from.offset, content };
  const { head, bytes } = await peek(content, (length) => length >= lineEnding.crlf.length);
  const ending = [lineEnding.lf, lineEnding.crlf].find((one) => head.subarray(0, one.length).equals(one));
  const skipped = ending?.length ?? 0;
  if (ending !== undefined) account.addContent(ending, skipped);
  return { startOffset: from.offset + skipped, content: bytes(skipped) };
}

const lineEnding = { lf: Buffer.from('\n'), crlf: Buffer.from('\r\n') };

/** How the content of a source comes to be lines; the account notes it as it passes. */
const linesOf: Readonly<
  Record<
    SourceFormat,
    (
      content: AsyncIterable<Buffer>,
      account: SourceAccount,
      envelopes: readonly string[],
    ) => AsyncIterable<Buffer>
  >
> = {
  lines: asTheyAre,
  array: compactDocuments,
  objects: compactDocuments,
  concatenated: separateObjects,
  envelope: fromEnvelopes,
};

/** Events in a saved document: they are taken once, when it is whole. */
async function* fromEnvelopes(
  content: AsyncIterable<Buffer>,
  account: SourceAccount,
  envelopes: readonly string[],
): AsyncGenerator<Buffer> {
  const noted = async function* (): AsyncGenerator<Buffer> {
    for await (const piece of content) {
      account.addContent(piece, 0);
      yield piece;
    }
  };
  const inside = {
    name: account.name,
    format: 'array',
    from: beginning,
    mayWait: false,
    waits: false,
  } as const;
  yield* compactDocuments(openEnvelopes(noted(), envelopes), {
    ...inside,
    addContent: () => undefined,
    takeAll: () => undefined,
  });
  account.takeAll();
}

async function* asTheyAre(content: AsyncIterable<Buffer>, account: SourceAccount): AsyncGenerator<Buffer> {
  for await (const piece of content) {
    account.addContent(piece, piece.lastIndexOf(0x0a) + 1);
    yield piece;
  }
}

function notLines(name: string, form: ForeignForm): AuditExportError {
  return new AuditExportError('source-unsupported', `${name} is no JSON Lines: it is ${form.name}.`, {
    cure: foreignCure(form, name),
    details: { source: name, form: form.name },
  });
}

/** What lies between two offsets. */
async function* between(pieces: AsyncIterable<Buffer>, start: number, end: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of pieces) {
    const taken = piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += piece.length;
    if (taken.length > 0) yield taken;
    if (at >= end) return;
  }
}
