import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Reply } from '../wire/reply.ts';

/** Writes a reply; resolves when all of it is handed to the connection. `date` is the emulator's clock, epoch milliseconds. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  common: { readonly date: number; readonly headers: Readonly<Record<string, string>> },
): Promise<void> {
  response.sendDate = false;
  const headers: Record<string, string> = {
    date: new Date(common.date).toUTCString(),
    server: 'AmazonS3 (rehearsal)',
    ...common.headers,
    ...asLatin1(reply.headers ?? {}),
  };
  if (typeof reply.body === 'string') headers['content-length'] = String(Buffer.byteLength(reply.body));
  else if (reply.body === undefined && !('content-length' in headers) && mayHaveBody(reply.status)) {
    headers['content-length'] = '0';
  }
  response.writeHead(reply.status, headers);
  if (reply.body === undefined || typeof reply.body === 'string') {
    response.end(reply.body);
    return;
  }
  for await (const piece of reply.body) {
    if (!response.write(piece) && !response.destroyed)
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    if (response.destroyed) return;
  }
  response.end();
}

function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

/** Node writes header values as Latin-1; AWS sends user metadata as UTF-8 bytes. */
function asLatin1(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
}
