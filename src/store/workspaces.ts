import { randomUUID } from 'node:crypto';
import type { ClientSession, Collection } from 'mongodb';
import { workspaceId, type WorkspaceId } from '../domain/ids';
import type { ResumedSends } from '../domain/delivery/resumed-sends';
import type { SendingPolicy } from '../domain/delivery/sending-policy.schema';
import type { GroupPolicy } from '../domain/groups/group-policy.schema';
import type { IdentityPolicy } from '../domain/identity/identity-policy.schema';
import { typesOf, type IdentifierTypes } from '../domain/identity/workspace-types';
import { omit } from '../domain/json';
import type { RulesetState } from '../domain/profiles/ruleset-state';
import type { RetentionPolicy } from '../domain/privacy/retention.schema';
import type { WorkspaceDoc } from './documents';
import { GatheredDocs } from './gathered-reads';
import type { StoreConnection } from './open-store';

/** Names of traits are data, and no names of fields. */
interface StoredIdentity extends Omit<IdentityPolicy, 'traits'> {
  readonly traitsJson?: string;
}
type StoredWorkspace = Omit<WorkspaceDoc, 'identity'> & { readonly identity?: StoredIdentity };

export class WorkspaceRepository {
  readonly #workspaces: Collection<StoredWorkspace>;
  readonly #docs: GatheredDocs<StoredWorkspace>;

  constructor({ db }: StoreConnection) {
    this.#workspaces = db.collection<StoredWorkspace>('workspaces');
    this.#docs = new GatheredDocs(this.#workspaces);
  }

  async create(name: string, createdAt: number, session?: ClientSession): Promise<WorkspaceDoc> {
    const _id = workspaceId(`ws_${randomUUID().replaceAll('-', '').slice(0, 16)}`);
    const doc: WorkspaceDoc = { _id, name, createdAt, rulesetVersion: 1, partitions: 1 };
    await this.#workspaces.insertOne(doc, { ...(session && { session }) });
    return doc;
  }

  async find(ws: WorkspaceId, session?: ClientSession): Promise<WorkspaceDoc | undefined> {
    const doc = await this.#docs.find(ws, session);
    return doc ? read(doc) : undefined;
  }

  async setRetention(ws: WorkspaceId, retention: RetentionPolicy): Promise<void> {
    await this.#workspaces.updateOne({ _id: ws }, { $set: { retention } });
  }

  /** To be called where the ruleset is raised: the policy is a part of it. */
  async setIdentity(
    ws: WorkspaceId,
    { policy, version }: { readonly policy: IdentityPolicy; readonly version: number },
    session: ClientSession,
  ): Promise<void> {
    const { traits } = policy;
    const identity = { ...omit(policy, 'traits'), ...(traits && { traitsJson: JSON.stringify(traits) }) };
    await this.#workspaces.updateOne({ _id: ws }, { $set: { identity, identityVersion: version } }, { session });
  }

  /** As it is now. What reads many events asks `SourcePolicies`, which remembers it a while. */
  async identifierTypes(ws: WorkspaceId): Promise<IdentifierTypes> {
    const found = await this.#docs.find(ws);
    return typesOf(found?.identity?.types);
  }

  /** To be called where the ruleset is raised: the policy is a part of it. */
  async setGroups(
    ws: WorkspaceId,
    { policy, version }: { readonly policy: GroupPolicy; readonly version: number },
    session: ClientSession,
  ): Promise<void> {
    await this.#workspaces.updateOne({ _id: ws }, { $set: { groups: policy, groupsVersion: version } }, { session });
  }

  async setSending(
    ws: WorkspaceId,
    saved: { readonly policy: SendingPolicy; readonly version: number; readonly resumed?: ResumedSends },
    session: ClientSession,
  ): Promise<void> {
    const { policy, version, resumed } = saved;
    const change = { sending: policy, sendingVersion: version, ...(resumed && { resumedSends: resumed }) };
    await this.#workspaces.updateOne({ _id: ws }, { $set: change }, { session });
  }

  /** As it is now, with whether a stop has been taken back: sends ask after their claim, so that nothing leaves after a stop is answered. */
  async sending(ws: WorkspaceId): Promise<{ readonly policy: SendingPolicy; readonly resumed?: ResumedSends }> {
    const found = await this.#docs.find(ws);
    return { policy: found?.sending ?? {}, ...(found?.resumedSends && { resumed: found.resumedSends }) };
  }

  /** Every workspace: what workers look after. */
  async list(): Promise<WorkspaceDoc[]> {
    return (await this.#workspaces.find().sort({ _id: 1 }).toArray()).map(read);
  }

  /** 0 for a workspace that does not exist. */
  async rulesetVersion(ws: WorkspaceId, session?: ClientSession): Promise<number> {
    return (await this.#docs.find(ws, session))?.rulesetVersion ?? 0;
  }

  /** The same, and from where prepared rules last began to serve. */
  async rulesetState(ws: WorkspaceId, session?: ClientSession): Promise<RulesetState> {
    const found = await this.#docs.find(ws, session);
    return { version: found?.rulesetVersion ?? 0, switchedFrom: found?.switchedFrom };
  }

  /**
   * Has what was prepared under the present version serve from the next one on, and answers that. Raised by two, everybody is behind, and
   * nobody has ever been evaluated by that one.
   */
  async switchRuleset(ws: WorkspaceId, raisedBy: 1 | 2, session: ClientSession): Promise<number> {
    const switchedFrom = await this.rulesetVersion(ws, session);
    const update = {
      $set: { switchedFrom, rulesetVersion: switchedFrom + raisedBy, isSwitching: true as const },
      $unset: { preparing: '' as const },
    };
    await this.#workspaces.updateOne({ _id: ws }, update, { session });
    return switchedFrom + 1;
  }

  /** Everybody has been brought to the ruleset `version`. */
  async endSwitch(ws: WorkspaceId, version: number): Promise<void> {
    const filter = { _id: ws, isSwitching: true as const, switchedFrom: { $lt: version } };
    await this.#workspaces.updateOne(filter, { $unset: { isSwitching: '' } });
  }

  async notePreparing(ws: WorkspaceId, preparing: NonNullable<WorkspaceDoc['preparing']>): Promise<void> {
    await this.#workspaces.updateOne({ _id: ws, rulesetVersion: preparing.version }, { $set: { preparing } });
  }

  /** Raises the version inside the transaction that saves a definition, and answers the new one. Racing saves conflict. */
  async raiseRuleset(ws: WorkspaceId, session: ClientSession): Promise<number> {
    await this.#workspaces.updateOne({ _id: ws }, { $inc: { rulesetVersion: 1 } }, { session });
    return this.rulesetVersion(ws, session);
  }
}

function read({ identity, ...doc }: StoredWorkspace): WorkspaceDoc {
  if (!identity) return doc;
  const { traitsJson, ...policy } = identity;
  const traits = traitsJson === undefined ? undefined : (JSON.parse(traitsJson) as IdentityPolicy['traits']);
  return { ...doc, identity: { ...policy, ...(traits && { traits }) } };
}
