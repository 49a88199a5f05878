import { shellWord } from '../language/shell-word.ts';
import { createHash } from 'node:crypto';
import type { Destination } from '../../ports/store/destination.ts';
import { AuditExportError } from '../../errors.ts';
import type { StoreAddress } from './store-address.ts';
import { describeStoreAddress } from './store-address.ts';

/** A profile, as state knows it: by its name and the configuration file that it stands in. */
export interface ProfilePlace {
  readonly name: string;
  readonly configFile: string;
}

/** Whose state a run keeps: that of its profile, or of its destination where there is none. */
export interface StatePlace {
  readonly profile: ProfilePlace | undefined;
  readonly destination: Destination;
}

/**
 * The destination that an address names. `endpointUrl` is the endpoint in effect, wherever it was given; a folder's path
 * must be its real one. Throws `usage` for an endpoint that is no URL.
 */
export function destinationOf(address: StoreAddress, endpointUrl: string | undefined): Destination {
  if (address.kind === 'folder') return named(['folder', address.path], address.path);
  const { bucket, prefix } = address;
  const store = storeOf(endpointUrl);
  const words = describeStoreAddress(address);
  return named(['s3', store, bucket, prefix], store === aws ? words : `${words} at ${store}`);
}

const aws = 'aws';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** AWS, or scheme, host and port: nothing else of an endpoint says which store it is. */
function storeOf(endpointUrl: string | undefined): string {
  if (endpointUrl === undefined || endpointUrl === '') return aws;
  const url = URL.canParse(endpointUrl) ? new URL(endpointUrl) : undefined;
  const port = url === undefined ? undefined : url.port || defaultPorts[url.protocol];
  if (url === undefined || port === undefined)
    throw new AuditExportError('usage', `The endpoint ${JSON.stringify(endpointUrl)} is no URL.`, {
      cure: 'Write it with its scheme, as in --endpoint-url http://127.0.0.1:9000.',
    });
  const host = url.hostname.replace(/\.$/, '');
  return /(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(host) ? aws : `${url.protocol}//${host}:${port}`;
}

/** The flags that name a destination, for a command that can be pasted once they are quoted. */
export function destinationFlags({ text }: Pick<Destination, 'text'>): string[] {
  const [, to = text, endpointUrl] = /^(s3:\/\/.*) at (https?:\/\/\S+)$/.exec(text) ?? [];
  return ['--to', to, ...(endpointUrl === undefined ? [] : ['--endpoint-url', endpointUrl])];
}

/** Commands that are about one destination; others tell of all of them, or of none. */
const atOneDestination = /^(?:push|quarantine)\b/;

/** A command of this tool, ready to be pasted, with the flags of a profile or destination as far as it takes them. */
export function commandWith(words: string, flags: readonly string[]): string {
  const taken = flags[0] === '--to' && !atOneDestination.test(words) ? [] : flags;
  return ['audit-export', words, ...taken.map(shellWord)].join(' ');
}

function named(parts: readonly string[], text: string): Destination {
  return { id: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32), text };
}
