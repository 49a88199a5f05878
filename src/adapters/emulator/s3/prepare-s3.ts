import { createHash } from 'node:crypto';
import type { Prepared } from '../server/prepared.ts';
import type { Reply } from '../wire/reply.ts';
import { WireError } from '../wire/wire-error.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import type { World } from '../world.ts';
import { routeS3 } from './route.ts';
import { s3ErrorReply } from './s3-error.ts';
import { serveS3 } from './serve-s3.ts';

/** A request to S3 with its operation, bucket and key. */
export function prepareS3(world: World, request: WireRequest): Prepared {
  const hostId = createHash('sha256').update(request.id).digest('base64');
  const ids = { requestId: request.id, hostId };
  const renderError = (error: WireError): Reply => s3ErrorReply(error, request.method, ids);
  const headers = { 'x-amz-request-id': request.id, 'x-amz-id-2': hostId };
  try {
    const target = routeS3(request);
    return {
      target: { service: 's3', ...target },
      headers,
      renderError,
      serve: async (effects) => await serveS3(world, request, target, effects),
    };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const target = { service: 's3', operation: 'Unknown', bucket: undefined, key: undefined } as const;
    return { target, headers, renderError, serve: async () => await Promise.reject(error) };
  }
}
