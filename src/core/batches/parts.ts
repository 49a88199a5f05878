import type { Batch, FilePart, Part } from '../../ports/state/batch.ts';

export function fileParts({ parts }: Batch): FilePart[] {
  return parts.filter((part) => part.kind === 'file');
}

/** What a part is of: the id of its file, the name of any other source. */
export function idOf(part: Part): string {
  return part.kind === 'file' ? part.file.id : part.source;
}

/** Nothing was begun of it, or nothing could be read of it: what became of the file since is the next batch's. */
export function isEmpty(part: Part): boolean {
  return part.kind === 'file' && (part.to === 0 || part.file.head.bytes === 0);
}
