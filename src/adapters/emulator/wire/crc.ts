/** A running checksum over bytes; `digest` gives it big-endian, as S3's headers carry it in base64. */
export interface RunningDigest {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

const slices = 8;
let crc32cTables: readonly Uint32Array[] | undefined;

/** CRC-32C (Castagnoli), eight bytes a step: Node's zlib has only CRC-32. */
export function crc32c(): RunningDigest {
  crc32cTables ??= buildTables(0x82_f6_3b_78);
  const tables = crc32cTables;
  let state = 0xff_ff_ff_ff;
  return {
    update(bytes) {
      state = advance(tables, state, bytes);
    },
    digest() {
      const out = Buffer.alloc(4);
      out.writeUInt32BE((state ^ 0xff_ff_ff_ff) >>> 0);
      return out;
    },
  };
}

/** Table 0 is of one byte; table n of a byte with n zero bytes behind it. */
function buildTables(polynomial: number): readonly Uint32Array[] {
  const first = new Uint32Array(256).map((_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
  const tables = [first];
  for (let table = first; tables.length < slices; tables.push(table)) {
    table = table.map((crc) => (crc >>> 8) ^ at(first, crc & 0xff));
  }
  return tables;
}

function at(table: Uint32Array | undefined, index: number): number {
  return table?.[index] ?? 0;
}

function advance(tables: readonly Uint32Array[], start: number, bytes: Buffer): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = start;
  let index = 0;
  for (const end = bytes.length - 7; index < end; index += slices) {
    const low = crc ^ bytes.readInt32LE(index);
    const high = bytes.readInt32LE(index + 4);
    crc =
      at(t7, low & 0xff) ^
      at(t6, (low >>> 8) & 0xff) ^
      at(t5, (low >>> 16) & 0xff) ^
      at(t4, low >>> 24) ^
      at(t3, high & 0xff) ^
      at(t2, (high >>> 8) & 0xff) ^
      at(t1, (high >>> 16) & 0xff) ^
      at(t0, high >>> 24);
  }
  for (; index < bytes.length; index += 1) crc = (crc >>> 8) ^ at(t0, (crc ^ (bytes[index] ?? 0)) & 0xff);
  return crc >>> 0;
}

/** CRC-64/NVME, reflected polynomial, in two 32-bit halves: what S3 stores where a client names no checksum. */
export function crc64nvme(): RunningDigest {
  const { high: highTable, low: lowTable } = (crc64Tables ??= buildCrc64Tables());
  let high = 0xff_ff_ff_ff;
  let low = 0xff_ff_ff_ff;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = (((low >>> 8) | (high << 24)) ^ at(lowTable, index)) >>> 0;
        high = ((high >>> 8) ^ at(highTable, index)) >>> 0;
      }
    },
    digest() {
      const out = Buffer.alloc(8);
      out.writeUInt32BE((high ^ 0xff_ff_ff_ff) >>> 0, 0);
      out.writeUInt32BE((low ^ 0xff_ff_ff_ff) >>> 0, 4);
      return out;
    },
  };
}

interface Crc64Tables {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

let crc64Tables: Crc64Tables | undefined;

function buildCrc64Tables(): Crc64Tables {
  const polynomial = 0x9a_6c_93_29_ac_4b_c9_b5n;
  const tables = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    tables.high[byte] = Number(crc >> 32n);
    tables.low[byte] = Number(crc & 0xff_ff_ff_ffn);
  }
  return tables;
}
