import type { ClientSession, Collection, Filter } from 'mongodb';
import type { ProfileId, WorkspaceId } from '../domain/ids';
import { neededVersion, type RulesetState } from '../domain/profiles/ruleset-state';
import type { ProfileDoc } from './documents';
import type { StoreConnection } from './open-store';

/** How many a switch moves, or would by what has been prepared so far. */
export interface PreparedMoves {
  readonly entering: number;
  readonly leaving: number;
}

/** An audience that is served by what was prepared under a ruleset version. */
interface Switched {
  readonly ws: WorkspaceId;
  readonly audience: string;
  readonly switchedFrom: number;
}

const living = { mergedInto: { $exists: false }, erasedAt: { $exists: false } } as const;

/** One text for each side of each audience that somebody is to cross, and one for their workspace: each is an index range. */
const sideOf = (ws: WorkspaceId, audience: string, isIn: boolean): string =>
  `${ws}:${audience}:${isIn ? 'entering' : 'leaving'}`;

/** What finds a profile by what is prepared of it. */
export function differsField(
  ws: WorkspaceId,
  prepared: Readonly<Record<string, boolean>> | undefined,
): Pick<ProfileDoc, 'differs'> {
  if (!prepared) return {};
  return { differs: [ws, ...Object.entries(prepared).map(([audience, isIn]) => sideOf(ws, audience, isIn))] };
}

/** Profiles by what the back-fill has left to do with them. */
export class PreparedProfiles {
  readonly #profiles: Collection<ProfileDoc>;

  constructor({ db }: StoreConnection) {
    this.#profiles = db.collection<ProfileDoc>('profiles');
  }

  /** A page of those who have yet to be evaluated, or else of those who are moved by rules that were prepared and serve now. */
  async left(ws: WorkspaceId, state: RulesetState, limit: number, after?: ProfileId): Promise<ProfileId[]> {
    const behind = await this.#page(this.#behind(ws, state), ws, limit, after);
    if (behind.length > 0 || state.switchedFrom === undefined) return behind;
    return this.#page({ differs: ws, rulesetVersion: { $lt: state.version } }, ws, limit, after);
  }

  /** How many have yet to be evaluated. */
  async countBehind(ws: WorkspaceId, state: RulesetState): Promise<number> {
    return this.#profiles.countDocuments(this.#behind(ws, state));
  }

  /** Whom that moves which was prepared under these ruleset versions, both included. */
  async moves(
    ws: WorkspaceId,
    audience: string,
    { from, to }: { readonly from: number; readonly to: number },
    session?: ClientSession,
  ): Promise<PreparedMoves> {
    const rulesetVersion = { $gte: from, $lte: to };
    const count = async (isIn: boolean): Promise<number> => {
      const filter = { differs: sideOf(ws, audience, isIn), rulesetVersion };
      return this.#profiles.countDocuments(filter, { ...(session && { session }) });
    };
    return { entering: await count(true), leaving: await count(false) };
  }

  /** Of these, those who are to leave an audience by what was prepared under the ruleset version. */
  async leavingAmong(of: Switched, ids: readonly ProfileId[], session: ClientSession): Promise<ReadonlySet<ProfileId>> {
    const { ws, audience, switchedFrom: rulesetVersion } = of;
    const filter = {
      ...{ _id: { $in: ids.map((id) => `${ws}:${id}`) }, rulesetVersion },
      [`prepared.${audience}`]: false,
    };
    const options = { projection: { id: 1 }, session };
    const rows = await this.#profiles.find(filter as Filter<ProfileDoc>, options).toArray();
    return new Set(rows.map(({ id }) => id));
  }

  /** A page of those who are to enter. */
  async entering(
    { ws, audience, switchedFrom: rulesetVersion }: Switched,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
    session: ClientSession,
  ): Promise<{ readonly profile: ProfileId; readonly enteredAt: number }[]> {
    const from = after !== undefined && { _id: { $gt: `${ws}:${after}` } };
    const rows = await this.#profiles
      .find(
        { differs: sideOf(ws, audience, true), rulesetVersion, ...from },
        { projection: { id: 1, evaluatedAt: 1 }, session },
      )
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return rows.map(({ id, evaluatedAt }) => ({ profile: id, enteredAt: evaluatedAt }));
  }

  #behind(ws: WorkspaceId, state: RulesetState): Filter<ProfileDoc> {
    return { ws, rulesetVersion: { $lt: neededVersion(state) }, ...living };
  }

  async #page(filter: Filter<ProfileDoc>, ws: WorkspaceId, limit: number, after?: ProfileId): Promise<ProfileId[]> {
    const from = after === undefined ? filter : { ...filter, _id: { $gt: `${ws}:${after}` } };
    const rows = await this.#profiles
      .find(from, { projection: { id: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    return rows.map((row) => row.id);
  }
}
