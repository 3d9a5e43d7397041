import { profileId } from '../../domain/ids';
import { variablesOf } from '../../folding/read-variables';
import type { Item, PageWork } from './sync-page';

/** How many people are read at a time. */
const peopleAtATime = 50;

/** Additions with the variables of the audience as they are now, where it has some: what a retry sends, it works out again. */
export async function withVariables({ deps, pair }: PageWork, items: readonly Item[]): Promise<Item[]> {
  const { store } = deps;
  const added = items.filter(({ operation }) => operation.operation === 'add');
  const audience = added.length > 0 ? await store.audiences.find(pair.ws, pair.audience) : undefined;
  const read = audience && (await variablesOf(store, pair.ws, audience));
  if (!read) return [...items];
  const people = await store.profiles.canonicalOf(
    pair.ws,
    added.map(({ operation }) => profileId(operation.profile)),
  );
  const found = new Map<Item, Item>();
  for (let start = 0; start < added.length; start += peopleAtATime) {
    const some = added.slice(start, start + peopleAtATime).map(async (item) => {
      const person = people.get(profileId(item.operation.profile));
      if (!person) return;
      found.set(item, { ...item, operation: { ...item.operation, variables: await read(person, deps.clock()) } });
    });
    await Promise.all(some);
  }
  return items.map((item) => found.get(item) ?? item);
}
