import type { Reply } from '../wire/reply.ts';
import type { WireError } from '../wire/wire-error.ts';
import { writeXml } from '../xml/write-xml.ts';

/** An error as S3 sends it: XML with code, message, the code's own elements and both request ids. HEAD has no body. */
export function s3ErrorReply(
  error: WireError,
  method: string,
  ids: { requestId: string; hostId: string },
): Reply {
  const headers = { ...error.extras.headers };
  if (method === 'HEAD' || error.status === 304) return { status: error.status, headers };
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: writeXml('Error', {
      Code: error.code,
      Message: error.message,
      ...error.extras.fields,
      RequestId: ids.requestId,
      HostId: ids.hostId,
    }),
  };
}
