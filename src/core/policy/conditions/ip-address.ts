/** An address or a range: the bits as one number, how many there are, and how many of them count. */
interface AddressRange {
  readonly bits: bigint;
  readonly width: 32 | 128;
  readonly prefix: number;
}

/**
 * Whether the address lies in the range, which is CIDR or one address (`203.0.113.0/24`, `2001:DB8:1234:5678::/64`).
 * What is no address or range matches nothing. Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
 */
export function addressInRange(address: string, range: string): boolean {
  const inside = parseRange(address);
  const outside = parseRange(range);
  if (inside === undefined || outside === undefined) return false;
  if (inside.width !== outside.width || inside.prefix < outside.prefix) return false;
  const ignored = BigInt(outside.width - outside.prefix);
  return inside.bits >> ignored === outside.bits >> ignored;
}

function parseRange(text: string): AddressRange | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  if (rest.length > 0) return undefined;
  const width = address.includes(':') ? 128 : 32;
  const bits = width === 128 ? parseIpv6(address) : parseIpv4(address);
  const prefix = prefixText === undefined ? width : parseDecimal(prefixText, width);
  return bits === undefined || prefix === undefined ? undefined : { bits, width, prefix };
}

function parseDecimal(text: string, most: number): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    const octet = parseDecimal(part, 255);
    if (octet === undefined) return undefined;
    bits = (bits << 8n) | BigInt(octet);
  }
  return bits;
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
