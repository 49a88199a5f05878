import { BlockList, isIP } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { AuditExportError } from '../../errors.ts';

/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY name for a request to this address; undefined where it goes straight.
 * The names in NO_PROXY are those of the hosts that are really asked. Throws `config-invalid` for a proxy that is no
 * address; it is not repeated, for it may hold a password.
 */
export function proxyFor(url: URL): URL | undefined {
  const proxy = getProxyForUrl(url.href);
  if (proxy === '' || isExcepted(url)) return undefined;
  const parsed = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '') return parsed;
  throw new AuditExportError(
    'config-invalid',
    'HTTPS_PROXY or HTTP_PROXY does not hold the address of a proxy.',
    { cure: 'Write it as http://HOST:PORT, or unset it.' },
  );
}

/**
 * What curl, Go and the AWS CLI read in NO_PROXY beyond the package: a name stands for all names below it, and an address
 * with a length for a network.
 */
function isExcepted({ hostname, port, protocol }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const usedPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const entries = (process.env['no_proxy'] || process.env['NO_PROXY'] || '').toLowerCase().split(/[,\s]+/);
  return entries.some((entry) => {
    const [, name = '', onPort] = /^(.*?)(?::(\d+))?$/.exec(isNetwork(entry) ? '' : entry) ?? [];
    if (name === '') return isNetwork(entry) && holds(entry, host);
    const below = name.replace(/^\*?\./, '');
    return (onPort === undefined || onPort === usedPort) && (host === below || host.endsWith(`.${below}`));
  });
}

const isNetwork = (entry: string): boolean => /^[0-9a-f.:]+\/\d{1,3}$/.test(entry);

/** Whether an address is in a network such as `10.0.0.0/8`. */
function holds(network: string, host: string): boolean {
  const [address = '', length] = network.split('/');
  const family = isIP(host);
  if (family === 0 || isIP(address) !== family || Number(length) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(address, Number(length), kind);
  return list.check(host, kind);
}
