// Compiles wasm/*.ts (AssemblyScript) to WebAssembly and writes each as text to src/generated/, so that threads and bundles need no
// file beside the code.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { main } from 'assemblyscript/asc';

/** @param {string} source */
async function compile(source) {
  /** @type {Uint8Array | undefined} */
  let wasm;
  let complaints = '';
  const options = '--outFile out.wasm --runtime stub --noAssert --use abort= -O3 --enable simd';
  const { error } = await main([source, ...options.split(' ')], {
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
  });
  if (error !== null || wasm === undefined)
    throw new Error(`wasm/${source} does not compile:\n${complaints}`);
  return Buffer.from(wasm).toString('base64');
}

mkdirSync(new URL('../src/generated/', import.meta.url), { recursive: true });
for (const [source, name] of [
  ['slot-scan.ts', 'slotScanWasm'],
  ['find-text.ts', 'findTextWasm'],
])
  writeFileSync(
    new URL(`../src/generated/${source}`, import.meta.url),
    `/** wasm/${source}, compiled. */\nexport const ${name} =\n  '${await compile(source)}';\n`,
  );
