import type { SavedQuery } from '../../core/consumers/athena/queries.ts';
import { parseLayout, renderLayout } from '../../core/layout/layout.ts';
import type { ConsumersHost } from './consumers-host.ts';
import type { Target } from './target.ts';

const dayMs = 86_400_000;

/**
 * The stored bytes that each query reads, by its name: those of the partitions of its days, of all types. The store is listed, one request for
 * a thousand objects. A query that the layout can't keep to days reads all of it.
 */
export async function measuredBytes(
  queries: readonly SavedQuery[],
  { store, layout, types }: Target,
  host: Pick<ConsumersHost, 'openReader' | 'clock'>,
): Promise<Map<string, number>> {
  const parsed = parseLayout(layout);
  const names = [...new Set(types.map(({ descriptor }) => descriptor.type))];
  const reader = await host.openReader({ kind: 's3', ...store });
  try {
    const sizes = new Map<string, number>();
    for await (const { key, size } of reader.list('')) {
      if (key.startsWith('_')) continue;
      const folder = key.slice(0, key.lastIndexOf('/'));
      sizes.set(folder, (sizes.get(folder) ?? 0) + size);
    }
    const all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    const today = Math.floor(host.clock.now() / dayMs);
    return new Map(
      queries.map(({ name, days }) => {
        if (days === undefined) return [name, all];
        // Later than today is no more than a day: a clock may be ahead.
        const hours = Array.from(
          { length: (days + 2) * 24 },
          (_, hour) => (today - days) * dayMs + hour * (dayMs / 24),
        );
        const read = new Set(names.flatMap((type) => hours.map((ms) => renderLayout(parsed, type, ms))));
        return [name, [...read].reduce((sum, folder) => sum + (sizes.get(folder) ?? 0), 0)];
      }),
    );
  } finally {
    await reader.close();
  }
}
