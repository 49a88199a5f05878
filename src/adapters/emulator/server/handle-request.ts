import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestRecord } from '../../../ports/aws/emulator.ts';
import type { Effects, FaultError } from '../faults/effects.ts';
import { requestId } from '../identity/identifiers.ts';
import { ConnectionEnded } from '../wire/read-payload.ts';
import type { Reply } from '../wire/reply.ts';
import { WireError } from '../wire/wire-error.ts';
import { parseWireRequest, type WireRequest } from '../wire/wire-request.ts';
import type { World } from '../world.ts';
import { answerControl, isControl } from './control.ts';
import type { RequestLog } from './request-log.ts';
import { sendReply } from './send-reply.ts';
import { prepare } from './prepare.ts';
import type { Prepared } from './prepared.ts';

/** One request from its first line to the last byte of the reply. Never throws. */
export async function handleRequest(
  world: World,
  log: RequestLog,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const waits = incoming.headers.expect?.toLowerCase() === '100-continue';
  const state = { proceeded: !waits };
  const proceed = (): void => {
    if (!state.proceeded) response.writeContinue();
    state.proceeded = true;
  };
  incoming.on('error', () => undefined);
  response.on('error', () => undefined);
  try {
    const request = parseWireRequest(incoming, requestId(), proceed);
    const reply = isControl(request)
      ? await answerControl(world, log, request)
      : await answer(world, log, request);
    // A client that was not asked for its body can't use the connection again.
    if (!state.proceeded) response.setHeader('connection', 'close');
    // An unread body would be taken for the next request.
    else if (!incoming.readableEnded) incoming.resume();
    await sendReply(response, reply.reply, { date: reply.date, headers: reply.headers });
  } catch (error) {
    // What is left here has nobody to answer, or is a bug of the emulator: either way the connection goes.
    if (!(error instanceof ConnectionEnded)) reportBug(response, error);
    incoming.socket.destroy();
  }
}

export interface Answer {
  readonly reply: Reply;
  /** Epoch milliseconds for the Date header. */
  readonly date: number;
  readonly headers: Readonly<Record<string, string>>;
}

async function answer(world: World, log: RequestLog, request: WireRequest): Promise<Answer> {
  const prepared = await prepare(world, request);
  const effects = world.faults.effectsOn(prepared.target);
  const record = recordOf(world, request, prepared, effects);
  log.add(record);
  const date = world.clock() + effects.clockOffsetMs;
  const reply = await replyTo(prepared, effects, request, (error) => {
    record.errorCode = error.code;
  });
  if (effects.reset === 'after') cut(request);
  record.status = reply.status;
  return { reply: cutInBody(reply, effects, request), date, headers: prepared.headers };
}

async function replyTo(
  prepared: Prepared,
  effects: Effects,
  request: WireRequest,
  onError: (error: WireError) => void,
): Promise<Reply> {
  try {
    await strike(effects, request);
    const reply = await prepared.serve(effects);
    if (effects.errorAfter !== undefined) throw toWireError(effects.errorAfter);
    return reply;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    onError(error);
    return prepared.renderError(error);
  }
}

/** What faults do before the service sees the request. */
async function strike(effects: Effects, request: WireRequest): Promise<void> {
  if (effects.noAnswer) await hangUntilClosed(request);
  if (effects.reset === 'before') cut(request);
  if (effects.delayMs > 0) await sleep(effects.delayMs, undefined, { ref: false });
  if (effects.error !== undefined) throw toWireError(effects.error);
}

/** An object on its way to a reader, of whom the connection is cut after so many bytes. */
function cutInBody(reply: Reply, { cutAfterBytes }: Effects, request: WireRequest): Reply {
  const { body } = reply;
  if (cutAfterBytes === undefined || body === undefined || typeof body === 'string') return reply;
  return { ...reply, body: upTo(body, cutAfterBytes, request) };
}

async function* upTo(
  body: AsyncIterable<Buffer>,
  bytes: number,
  request: WireRequest,
): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const piece of body) {
    if (piece.length < left) yield piece;
    else {
      yield piece.subarray(0, left);
      // What is written has to leave before the connection goes.
      await sleep(20);
      cut(request);
    }
    left -= piece.length;
  }
}

async function hangUntilClosed(request: WireRequest): Promise<never> {
  const { incoming } = request;
  request.proceed();
  incoming.resume();
  await new Promise((resolve) => {
    incoming.socket.once('close', resolve);
  });
  throw new ConnectionEnded('no answer was to be given');
}

function cut(request: WireRequest): never {
  request.incoming.socket.resetAndDestroy();
  throw new ConnectionEnded('cut by a fault');
}

function toWireError(error: FaultError): WireError {
  return new WireError(error.status, error.code, error.message);
}

function recordOf(world: World, request: WireRequest, prepared: Prepared, effects: Effects): RequestRecord {
  const { target } = prepared;
  return {
    requestId: request.id,
    at: world.clock(),
    service: target.service,
    operation: target.operation,
    method: request.method,
    bucket: target.bucket,
    key: target.key,
    status: 0,
    errorCode: undefined,
    faults: effects.kinds,
    headers: Object.fromEntries(request.headers),
  };
}

function reportBug(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  response.writeHead(500, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`bug in the rehearsal: ${text}`);
}
