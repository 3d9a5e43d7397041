import type { WorkspaceId } from '../domain/ids';
import { servingVersionOf } from '../store/audiences';
import type { AudienceDoc } from '../store/documents';
import { isContended } from '../store/mongo-errors';
import { inTransaction } from '../store/open-store';
import type { Store } from '../store/store';

export interface SwitchDeps {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/**
 * Has every version that is being prepared serve, in one transaction, once all profiles have been evaluated under the ruleset `version`.
 * Answers whether there is more for the back-fill to do: edges to write, or definitions that were saved meanwhile.
 */
export async function switchAudiences(deps: SwitchDeps, ws: WorkspaceId, version: number): Promise<boolean> {
  if (!(await deps.store.audiences.list(ws)).some(({ next }) => next)) return false;
  try {
    return await inTransaction(deps.store.connection, async (session) => {
      const { audiences, audienceVersions, workspaces } = deps.store;
      if ((await workspaces.rulesetVersion(ws, session)) !== version) return true;
      const edited = (await audiences.list(ws, session)).filter(({ next }) => next);
      if (edited.length === 0) return false;
      const now = deps.clock();
      const sinceRuleset = await workspaces.switchRuleset(ws, edited.some(concernsEverybody) ? 2 : 1, session);
      for (const audience of edited) {
        const served = await audiences.serveNext(audience, sinceRuleset, session);
        await audienceVersions.mark(audience, servingVersionOf(audience), { servedUntil: now }, session);
        await audienceVersions.mark(audience, served.version, { servedFrom: now }, session);
      }
      return true;
    });
  } catch (error) {
    if (isContended(error)) return true;
    throw error;
  }
}

/** Every profile is as the ruleset `version` has it, and so is what follows from that. */
export async function declareReady(
  { store }: Pick<SwitchDeps, 'store'>,
  ws: WorkspaceId,
  version: number,
): Promise<void> {
  await store.workspaces.endSwitch(ws, version);
  await store.audiences.markReady(ws, version);
  await store.computedTraits.markReady(ws, version);
}

/** Whether the new version may change something of people who are in it before and after: on which side of a holdout they are, who is told. */
function concernsEverybody({ next, holdout, public: isPublic }: AudienceDoc): boolean {
  return next?.public !== isPublic || next?.holdout?.percent !== holdout?.percent;
}
