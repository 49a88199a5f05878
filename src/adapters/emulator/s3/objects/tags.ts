import { WireError } from '../../wire/wire-error.ts';
import { xmlReply, type Reply } from '../../wire/reply.ts';
import { childrenNamed, textAt, type XmlElement } from '../../xml/read-xml.ts';
import { writeXml } from '../../xml/write-xml.ts';
import { persistKey, versionNamed } from './versions.ts';
import { receiveXml, s3Namespace, type ObjectCall } from '../s3-call.ts';

export type TagList = readonly (readonly [name: string, value: string])[];

const mostTags = 10;

/** Tags from the `x-amz-tagging` header, which is a URL query. Throws `WireError` 400 for tags that S3 does not take. */
export function tagsFromHeader(text: string | undefined): TagList {
  if (text === undefined) return [];
  return checkTags([...new URLSearchParams(text)], mostTags);
}

/** Tags from a `<Tagging>` body. */
export function tagsFromXml(element: XmlElement, most: number): TagList {
  const set = childrenNamed(element, 'TagSet').flatMap((tags) => childrenNamed(tags, 'Tag'));
  return checkTags(
    set.map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? '']),
    most,
  );
}

/** A `<Tagging>` body. */
export function tagsToXml(tags: TagList): string {
  const content = { TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) } };
  return writeXml('Tagging', content, s3Namespace);
}

export function getObjectTagging(call: ObjectCall): Reply {
  return xmlReply(tagsToXml(versionNamed(call).tags));
}

export async function putObjectTagging(call: ObjectCall): Promise<Reply> {
  const { element } = await receiveXml(call, 'Tagging');
  const tags = tagsFromXml(element, mostTags);
  versionNamed(call).tags = tags;
  await persistKey(call);
  return { status: 200 };
}

export async function deleteObjectTagging(call: ObjectCall): Promise<Reply> {
  versionNamed(call).tags = [];
  await persistKey(call);
  return { status: 204 };
}

function checkTags(tags: TagList, most: number): TagList {
  if (tags.length > most) {
    throw new WireError(400, 'BadRequest', `Object tags cannot be greater than ${most}`);
  }
  if (new Set(tags.map(([name]) => name)).size < tags.length) {
    throw new WireError(400, 'InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const [name, value] of tags) {
    if (name === '' || name.length > 128)
      throw new WireError(400, 'InvalidTag', 'The TagKey you have provided is invalid');
    if (value.length > 256)
      throw new WireError(400, 'InvalidTag', 'The TagValue you have provided is invalid');
  }
  return tags;
}
