type Repository = Readonly<Record<string, unknown>>;

/** These ask nobody. */
const ofNoRepository: ReadonlySet<string> = new Set(['connection', 'identifiers']);

/** A store of which each operation begins only after `before`, which is told its name (`enrollments.claim`): for whatever is to happen in between. */
export function interrupted<Store extends object>(
  store: Store,
  before: (operation: string) => Promise<unknown>,
): Store {
  const repositories = Object.entries(store).map(([name, repository]) => {
    if (ofNoRepository.has(name)) return [name, repository] as const;
    return [name, interruptedOne(name, repository as Repository, before)] as const;
  });
  return Object.fromEntries(repositories) as Store;
}

function interruptedOne<One extends object>(
  name: string,
  repository: One,
  before: (operation: string) => Promise<unknown>,
): One {
  return new Proxy(repository, {
    get: (target, member) => {
      const found: unknown = Reflect.get(target, member, target);
      if (typeof found === 'object' && found !== null)
        return interruptedOne(`${name}.${String(member)}`, found, before);
      if (typeof found !== 'function') return found;
      return async (...args: unknown[]) => {
        await before(`${name}.${String(member)}`);
        return Reflect.apply(found, target, args) as unknown;
      };
    },
  });
}
