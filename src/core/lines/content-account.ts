import type { SourceFormat } from '../../ports/sources/source.ts';

/** What is kept of a source's content while it is made to lines. */
export interface ContentAccount {
  readonly name: string;
  readonly format: SourceFormat;
  /** Where it begins: behind the beginning, it goes on behind a whole document. */
  readonly from: { readonly offset: number };
  /** Whether an end that is not whole waits for more. */
  readonly mayWait: boolean;
  /** Set where the content ends within a list of documents. */
  waits: boolean;
  /** Notes content as it passes; `end` is behind the last line or document that is whole in it, 0 where there is none. */
  addContent: (bytes: Buffer, end: number) => void;
  /** All content that was noted so far was taken, whatever it ends with. */
  takeAll: () => void;
}
