import { dayMs } from '../../domain/duration';
import type { WorkspaceId } from '../../domain/ids';
import { enteredVersions } from '../../domain/journeys/entered-version';
import type { Surroundings } from '../../domain/journeys/lint-surroundings';
import { parsePath } from '../../domain/path';
import type { Store } from '../../store/store';

/** What a workspace has seen and has. */
export async function readSurroundings(store: Store, ws: WorkspaceId): Promise<Surroundings> {
  const [seen, workspace, versions] = await Promise.all([
    readSeen(store, ws),
    store.workspaces.find(ws),
    store.journeys.compiledVersions(ws),
  ]);
  const entered = enteredVersions(versions).filter(({ status }) => status === 'published');
  const { events: days } = workspace?.retention ?? {};
  return {
    others: entered.map(({ definition }) => definition),
    ...(days !== undefined && { eventsKeptMs: days * dayMs }),
    ...(seen && { seen }),
  };
}

/** Nothing, before the first `identify`, and where the catalogue does not hold all there were: then nobody can say what was never seen. */
async function readSeen({ catalogue }: Store, ws: WorkspaceId): Promise<Surroundings['seen']> {
  const [events, rest, identify] = await Promise.all([
    catalogue.list(ws),
    catalogue.rest(ws),
    catalogue.find(ws, { kind: 'identify', name: 'identify' }),
  ]);
  if (rest > 0 || !identify || identify.event.unlearned > 0) return undefined;
  const traits = identify.properties.flatMap(({ path }) => {
    const [root, name] = parsePath(path) ?? [];
    return root === 'traits' && typeof name === 'string' ? [name] : [];
  });
  return { events: new Set(events.map(({ name }) => name)), traits: new Set(traits) };
}
