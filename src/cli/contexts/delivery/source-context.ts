import { isAuditExportError } from '../../../errors.ts';
import type { OpenSourcesOptions } from '../../../adapters/fs/sources/sources.ts';
import type { PushHost } from '../../../commands/push/session/push-host.ts';
import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { CliContext } from '../../terminal/terminal-context.ts';

/** What of the options of a command says how sources are read. */
export interface SourceOptions {
  sourceRegion?: string | undefined;
  pathStyle?: boolean | undefined;
}

/** How `s3://…` inputs are opened; the SDK is loaded with the first. */
export function bucketSources(
  { environment, signal }: CliContext,
  options: GlobalOptions & SourceOptions,
): Required<Pick<OpenSourcesOptions, 'openBucket'>> {
  return {
    openBucket: async (input, choice) => {
      const { openS3Sources } = await import('../../../adapters/aws/s3/s3-sources.ts');
      return openS3Sources(input, { ...reachOf(options), environment, signal }, choice);
    },
  };
}

/** What `push` needs of the world to share work with others. */
export function queueParts(
  context: CliContext,
  options: GlobalOptions & SourceOptions,
): Pick<PushHost, 'jobIndex' | 'openQueue' | 'openObjects' | 'reopenObject'> {
  const { environment } = context;
  return {
    reopenObject: async ({ source, etag, size }) => {
      const found = await bucketSources(context, options)
        .openBucket(source, { exceptBelow: [] })
        .catch(unlessGone);
      return found?.find(
        ({ name, object }) => name === source && object?.etag === etag && object.size === size,
      );
    },
    jobIndex: ['JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX']
      .map((variable) => ({ variable, value: environment[variable] ?? '' }))
      .find(({ value }) => value !== ''),
    openQueue: async (url) => {
      const { openSqsQueue } = await import('../../../adapters/aws/sqs-queue.ts');
      return openSqsQueue(url, options.region, environment);
    },
    openObjects: async (signal) => {
      const { S3ObjectReader } = await import('../../../adapters/aws/s3/s3-sources.ts');
      return new S3ObjectReader({ ...reachOf(options), environment, signal });
    },
  };
}

function reachOf({ region, sourceRegion, endpointUrl, pathStyle }: GlobalOptions & SourceOptions): {
  region: string | undefined;
  usualRegion: string | undefined;
  endpointUrl: string | undefined;
  pathStyle: boolean | undefined;
} {
  return { region: sourceRegion, usualRegion: region, endpointUrl, pathStyle };
}

function unlessGone(error: unknown): undefined {
  if (isAuditExportError(error) && error.code === 'source-unreadable') return undefined;
  throw error;
}
