import { faultKinds, type Fault } from '../../../ports/aws/emulator.ts';
import { toFault } from '../scenarios/load-scenario.ts';
import { readPayload } from '../wire/read-payload.ts';
import { readBodyClaims } from '../wire/body-claims.ts';
import type { Reply } from '../wire/reply.ts';
import { WireError } from '../wire/wire-error.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import type { World } from '../world.ts';
import type { Answer } from './handle-request.ts';
import type { RequestLog } from './request-log.ts';

const prefix = '/_rehearse/';
const maxBodyBytes = 64 * 1024;

/** Requests to the rehearsal itself. The needed header keeps browsers' pages out: they can't send it without asking first. */
export function isControl(request: WireRequest): boolean {
  return request.path.startsWith(prefix);
}

/** `GET` and `POST faults`, `DELETE faults[/ID]`, `GET requests`; JSON in and out. */
export async function answerControl(world: World, log: RequestLog, request: WireRequest): Promise<Answer> {
  const reply = await controlReply(world, log, request).catch((error: unknown) => {
    if (!(error instanceof WireError)) throw error;
    return json(error.status, { error: error.message });
  });
  return { reply, date: world.clock(), headers: {} };
}

async function controlReply(world: World, log: RequestLog, request: WireRequest): Promise<Reply> {
  if (request.headers.get('x-rehearse') === undefined) {
    throw new WireError(403, 'Forbidden', 'the header "x-rehearse: 1" is missing');
  }
  const [what = '', id] = request.path.slice(prefix.length).split('/');
  const { faults } = world;
  switch (`${request.method} ${what}`) {
    case 'GET faults':
      return json(200, faults.list());
    case 'POST faults':
      return json(
        201,
        (await readFaults(request)).map((fault) => faults.add(fault)),
      );
    case 'DELETE faults':
      if (id === undefined) faults.clear();
      else faults.remove(id);
      return { status: 204 };
    case 'GET requests':
      return json(200, log.list());
    default:
      throw new WireError(404, 'NotFound', `no ${request.method} ${request.path} here`);
  }
}

async function readFaults(request: WireRequest): Promise<readonly Fault[]> {
  const payload = await readPayload(request, {
    claims: readBodyClaims(request.headers),
    maxBytes: maxBodyBytes,
    etag: false,
    discard: false,
    cutAfterBytes: undefined,
  });
  return parseFaults(payload.bytes.toString('utf8'));
}

/** Reads one fault or a list of them from JSON. Throws `WireError` 400. */
export function parseFaults(text: string): readonly Fault[] {
  const parsed = parseJson(text);
  return (Array.isArray(parsed) ? parsed : [parsed]).map(parseFault);
}

function parseFault(item: unknown): Fault {
  const fault = toFault(item);
  if (fault === undefined)
    throw badFault(`a fault is an object whose kind is one of ${faultKinds.join(', ')}`);
  return fault;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badFault('the body is not JSON');
  }
}

function badFault(message: string): WireError {
  return new WireError(400, 'BadRequest', message);
}

function json(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
