// Compiles wasm/slot-scan.ts (AssemblyScript) to WebAssembly and writes it as text to src/generated/, so that threads and
// bundles need no file beside the code.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { main } from 'assemblyscript/asc';

const source = 'slot-scan.ts';
/** @type {Uint8Array | undefined} */
let wasm;
let complaints = '';
const { error } = await main(
  [
    source,
    '--outFile',
    'out.wasm',
    '--runtime',
    'stub',
    '--noAssert',
    '--use',
    'abort=',
    '-O3',
    '--enable',
    'simd',
  ],
  {
    readFile: (name) =>
      name === source ? readFileSync(new URL(`../wasm/${source}`, import.meta.url), 'utf8') : null,
    writeFile: (name, content) => {
      if (name === 'out.wasm') wasm = content;
    },
    listFiles: () => [],
    stderr: {
      write: (text) => {
        complaints += String(text);
      },
    },
  },
);
if (error !== null || wasm === undefined) throw new Error(`wasm/${source} does not compile:\n${complaints}`);
mkdirSync(new URL('../src/generated/', import.meta.url), { recursive: true });
const text = Buffer.from(wasm).toString('base64');
writeFileSync(
  new URL('../src/generated/slot-scan.ts', import.meta.url),
  `/** wasm/${source}, compiled. */\nexport const slotScanWasm =\n  '${text}';\n`,
);
