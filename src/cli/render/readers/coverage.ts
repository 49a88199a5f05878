import type { StoreCoverage } from '../../../commands/status/coverage.ts';
import { renderHeatMap } from '../../../core/coverage/heat-map.ts';
import { printable } from '../../../core/report/printable.ts';

/** The map of each store, as wide as the terminal. */
export function renderCoverage(stores: readonly StoreCoverage[], columns: number): string {
  return stores.map((store) => `\n${storeText(store, columns)}\n`).join('');
}

function storeText({ store, coverage, why, isWhole }: StoreCoverage, columns: number): string {
  const name = printable(store);
  if (coverage === null) return `Coverage of ${name}: not known, ${printable(why ?? '')}`;
  const word = isWhole
    ? 'the log is whole'
    : 'something is wrong with the log: audit-export verify says what';
  const map = renderHeatMap(coverage, columns);
  const lines = map.length === 0 ? ['no object was delivered yet'] : map;
  return [`Coverage of ${name} (${word})`, ...lines].join('\n');
}
