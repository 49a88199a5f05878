/**
 * Does something for each item, so many at once, in the order in which they come. The first error ends it: what is under way is
 * waited for, then it is thrown.
 */
export async function eachAtOnce<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const under = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  for await (const item of items) {
    const one = work(item)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => under.delete(one));
    under.add(one);
    if (under.size >= atOnce) await Promise.race(under);
    if (failure !== undefined) break;
  }
  await Promise.all(under);
  if (failure !== undefined) throw failure.error;
}
