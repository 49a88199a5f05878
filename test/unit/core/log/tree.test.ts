import { assert, asyncProperty, integer, nat, property, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBundle } from '../../../../src/core/log/entry-bundle.ts';
import { isConsistent, isIncluded, TileTree } from '../../../../src/core/log/proofs.ts';
import type { TileReader } from '../../../../src/core/log/proofs.ts';
import type { Edge } from '../../../../src/core/log/right-edge.ts';
import { emptyEdge, grow, rootOfEdge } from '../../../../src/core/log/right-edge.ts';
import { hashesAt, parseTilePath, tilePath, tilesBetween } from '../../../../src/core/log/tile-path.ts';
import { leafHash, rootOf } from '../../../../src/core/log/tree-hash.ts';

/** The leaves and roots that RFC 6962's authors test their own log with. */
const known = {
  leaves: [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ].map((hex) => Buffer.from(hex, 'hex')),
  roots: [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ],
};

const entry = (n: number): Buffer => Buffer.from(`leaf ${n}`);
const entries = (from: number, to: number): Buffer[] =>
  Array.from({ length: to - from }, (_, at) => entry(from + at));

/** A log written in steps, with all its tiles. */
function written(sizes: readonly number[]): { edge: Edge; tiles: Map<string, Buffer>; read: TileReader } {
  const tiles = new Map<string, Buffer>();
  let edge = emptyEdge;
  for (const size of sizes) {
    const grown = grow(edge, entries(edge.size, size));
    for (const { tile, content } of grown.files) {
      const path = tilePath(tile);
      expect(tiles.has(path), `${path} is written once`).toBe(false);
      tiles.set(path, content);
    }
    edge = grown.edge;
  }
  const read: TileReader = async (tile) => {
    const content = tiles.get(tilePath(tile));
    if (content === undefined) throw new Error(`${tilePath(tile)} is not there`);
    return content;
  };
  return { edge, tiles, read };
}

describe('the tree', () => {
  test.each(known.roots.map((root, size) => [size, root] as const))(
    'of %i leaves has the root of RFC 6962',
    (size, root) => {
      const { edge } = grow(emptyEdge, known.leaves.slice(0, size));
      expect(rootOfEdge(edge).toString('hex')).toBe(root);
    },
  );

  test('has the proofs of RFC 9162', async () => {
    const { edge, files } = grow(emptyEdge, known.leaves);
    const read: TileReader = async (tile) =>
      files.find((file) => tilePath(file.tile) === tilePath(tile))!.content;
    const tree = new TileTree(edge.size, read);
    const hex = (proof: Buffer[]): string[] => proof.map((hash) => hash.toString('hex'));
    expect(hex(await tree.inclusionProof(5))).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(hex(await tree.consistencyProof(6))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  test('is the same however it was written, and its tiles prove what is in it', async () => {
    const size = integer({ min: 1, max: 1100 });
    await assert(
      asyncProperty(uniqueArray(size, { minLength: 1, maxLength: 6 }), nat(), async (given, pick) => {
        const sizes = given.toSorted((a, b) => a - b);
        const { edge, read } = written(sizes);
        const hashes = entries(0, edge.size).map(leafHash);
        const root = rootOf(hashes);
        expect(rootOfEdge(edge)).toEqual(root);
        for (const old of sizes) {
          const before = new TileTree(old, read);
          const head = { size: old, root: await before.root() };
          expect(head.root).toEqual(rootOf(hashes.slice(0, old)));
          const proof = await new TileTree(edge.size, read).consistencyProof(old);
          expect(isConsistent(head, { size: edge.size, root }, proof)).toBe(true);
          const other = { ...head, root: leafHash(Buffer.of(1)) };
          expect(isConsistent(other, { size: edge.size, root }, proof)).toBe(false);
          expect(isConsistent(head, { size: edge.size, root }, [...proof, root])).toBe(false);
        }
        const index = pick % edge.size;
        const tree = new TileTree(edge.size, read);
        const proof = await tree.inclusionProof(index);
        const at = { index, size: edge.size, root };
        expect(await tree.leaf(index)).toEqual(hashes[index]);
        expect(isIncluded(at, leafHash(entry(index)), proof)).toBe(true);
        expect(isIncluded(at, leafHash(entry(index + 1)), proof)).toBe(false);
        expect(isIncluded(at, leafHash(entry(index)), [...proof, root])).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  test('writes just the tiles that a tree has and the one before had not', () => {
    const size = integer({ min: 0, max: 5000 });
    assert(
      property(size, integer({ min: 0, max: 600 }), (before, more) => {
        const { edge } = grow(emptyEdge, entries(0, before));
        const { files } = grow(edge, entries(before, before + more));
        const paths = files.map(({ tile }) => tilePath(tile));
        expect(paths.toSorted()).toEqual([...tilesBetween(before, before + more)].map(tilePath).toSorted());
        for (const { tile, content } of files)
          expect(tile.level === 'entries' ? decodeBundle(content).length : content.length / 32).toBe(
            tile.width,
          );
      }),
      { numRuns: 12 },
    );
  });

  test('of 70,000 leaves has the tiles that the specification counts', () => {
    const tiles = [...tilesBetween(0, 70_000)];
    const at = (level: number): number[] =>
      tiles.filter((tile) => tile.level === level).map(({ width }) => width);
    expect(at(0).filter((width) => width === 256)).toHaveLength(273);
    expect(at(0).at(-1)).toBe(112);
    expect(at(1)).toEqual([256, 17]);
    expect(at(2)).toEqual([1]);
    expect(hashesAt(70_000, 3)).toBe(0);
  });
});

describe('the path of a tile', () => {
  test.each([
    [{ level: 0, index: 0, width: 1 }, 'tile/0/000.p/1'],
    [{ level: 0, index: 1_234_067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 'entries', index: 999, width: 255 }, 'tile/entries/999.p/255'],
    [{ level: 1, index: 1000, width: 256 }, 'tile/1/x001/000'],
  ] as const)('of %o is %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.each([
    'tile/0/1',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/001',
    'x/0/000',
  ])('is not %s', (path) => expect(parseTilePath(path)).toBeUndefined());
});
