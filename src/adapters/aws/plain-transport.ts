import type { S3Client } from '@aws-sdk/client-s3';
import type { HttpAnswer } from './answers.ts';

/** The rehearsal says so of itself; there the loopback stands for TLS, and policies see it so. */
const rehearsal = /\(rehearsal\)/;

interface SentRequest {
  protocol?: string;
  hostname?: string;
  port?: number;
}

/**
 * Sees how the answers of a client really came. The function it returns says from where without TLS, as a URL:
 * `http://127.0.0.1:9000`; undefined where TLS is spoken, and before the first answer.
 */
export function watchTransport({
  middlewareStack,
}: Pick<S3Client, 'middlewareStack'>): () => string | undefined {
  let plain: string | undefined;
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { protocol, hostname = '', port } = args.request as SentRequest;
      const { headers } = result.response as HttpAnswer;
      const isPlain = protocol === 'http:' && !rehearsal.test(headers['server'] ?? '');
      plain = isPlain ? `http://${hostname}${port === undefined ? '' : `:${port}`}` : undefined;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'watchTransport' },
  );
  return () => plain;
}
