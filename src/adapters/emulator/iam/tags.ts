import type { QueryCall, QueryOperation } from '../query/query-call.ts';
import { validationError } from '../query/query-call.ts';
import type { XmlValue } from '../xml/write-xml.ts';
import { limitExceeded, saved } from './iam-call.ts';
import { pageOfList } from './paging.ts';

const mostTags = 50;

/** The tags of a request. Throws `WireError` for more or others than IAM takes. */
export function readTags(
  call: QueryCall,
  before: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const tags = new Map(before);
  for (const tag of call.parameters.structures('Tags')) {
    const [key, value] = [tag.get('Key') ?? '', tag.get('Value') ?? ''];
    if (
      !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) ||
      !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)
    ) {
      throw validationError(
        `Value '${key}' at 'tags' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+`,
      );
    }
    tags.set(key, value);
  }
  if (tags.size > mostTags)
    throw limitExceeded(`The number of tags has reached the maximum limit: ${mostTags}.`);
  return tags;
}

/** Tags as a list of members; undefined without any. */
export function tagMembers(tags: ReadonlyMap<string, string>): XmlValue {
  return tags.size === 0 ? undefined : { member: [...tags].map(([Key, Value]) => ({ Key, Value })) };
}

type Tagged = (call: QueryCall) => { readonly tags: Map<string, string> };

/** The three tag operations of a kind of thing: `TagRole`, `UntagRole`, `ListRoleTags`. */
export function tagOperations(kind: string, find: Tagged): Record<string, QueryOperation> {
  return {
    [`Tag${kind}`]: async (call) => {
      const { tags } = find(call);
      for (const [key, value] of readTags(call, tags)) tags.set(key, value);
      return await saved(call);
    },
    [`Untag${kind}`]: async (call) => {
      const { tags } = find(call);
      for (const key of call.parameters.list('TagKeys')) tags.delete(key);
      return await saved(call);
    },
    [`List${kind}Tags`]: (call) => {
      const tags = [...find(call).tags].map(([Key, Value]) => ({ Key, Value }));
      return pageOfList(call, 'Tags', tags);
    },
  };
}
