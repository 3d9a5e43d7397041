import { LRUCache } from 'lru-cache';
import { channelOf } from '../destinations/registry';
import type { ComputedValue } from '../domain/audiences/computed/computed-value.schema';
import { compileAudiences } from '../domain/audiences/evaluate-memberships';
import { preparedAudiences } from '../domain/audiences/prepared';
import { inlineValuesOf } from '../domain/audiences/variables';
import type { AudienceVariables } from '../domain/audiences/variables.schema';
import { groupRules } from '../domain/groups/group-rules';
import { identityRules } from '../domain/identity/identity-rules';
import type { WorkspaceId } from '../domain/ids';
import { inZone } from '../domain/audiences/due';
import { hiddenAudiences } from '../domain/journeys/hidden-audiences';
import { withRules } from '../domain/journeys/resolve-rules';
import { buildRuleset, type Attachment, type Ruleset } from '../domain/profiles/ruleset';
import type { AttachmentDoc, AudienceDoc, DestinationDoc } from '../store/documents';
import { isPassing } from '../store/mongo-errors';
import type { Store } from '../store/store';
import { resolvedRules } from './resolved-rules';
import { MongoError } from 'mongodb';

const workspacesKept = 200;

/** The definitions of a workspace cannot be put together. Not the fault of any event, so none is given up for it. */
export class RulesetUnusable extends Error {
  constructor(cause: unknown) {
    super('The definitions of a workspace cannot be compiled; its events wait until they are mended.', { cause });
    this.name = 'RulesetUnusable';
  }
}

/** Compiled definitions per workspace. The version in the store decides whether what is kept still holds. */
export class RulesetCache {
  readonly #kept = new LRUCache<WorkspaceId, Ruleset>({ max: workspacesKept });

  constructor(readonly store: Store) {}

  async current(ws: WorkspaceId): Promise<Ruleset> {
    const version = await this.store.workspaces.rulesetVersion(ws);
    const kept = this.#kept.get(ws);
    if (kept?.version === version) return kept;
    const loaded = await this.#load(ws, version).catch((error: unknown) => {
      // What the store could not answer passes by itself; what cannot be compiled waits for somebody.
      throw isPassing(error) || error instanceof MongoError ? error : new RulesetUnusable(error);
    });
    this.#kept.set(ws, loaded);
    return loaded;
  }

  /** Reads may see definitions newer than `version`; the transaction's guard then refuses, and the next try loads again. */
  async #load(ws: WorkspaceId, version: number): Promise<Ruleset> {
    const [audiences, journeys, attachments, destinations, purposes, workspace, computed] = await Promise.all([
      this.store.audiences.list(ws),
      this.store.journeys.compiledVersions(ws),
      this.store.attachments.list(ws),
      this.store.destinations.list(ws),
      this.store.purposes.list(ws),
      this.store.workspaces.find(ws),
      this.store.computedTraits.values(ws),
    ]);
    const byKey = new Map(destinations.map((destination) => [destination.key, destination]));
    const hidden = hiddenAudiences(journeys);
    const asked = hidden.map(({ key, rule }) => ({
      key,
      ruleJson: JSON.stringify(inZone(rule, workspace?.sending?.zone)),
    }));
    const { audiences: edited, resolve, resolveNext } = resolvedRules([...audiences, ...asked], computed);
    return buildRuleset({
      version,
      audiences: compileAudiences(edited),
      prepared: preparedAudiences(edited),
      switchedFrom: workspace?.switchedFrom,
      audienceSince: new Map([...audiences, ...hidden].map(({ key, sinceRuleset }) => [key, sinceRuleset])),
      startingJourneys: new Set(audiences.flatMap(({ key, startsJourneys }) => (startsJourneys ? [key] : []))),
      holdouts: new Map(audiences.flatMap(({ key, holdout }) => (holdout ? [[key, holdout.percent] as const] : []))),
      journeys: journeys.map((journey) => withRules(journey, resolve)),
      ...(resolveNext && { journeysAfterEdits: journeys.map((journey) => withRules(journey, resolveNext)) }),
      attachments: attachments.map((attachment) => toAttachment(attachment, byKey.get(attachment.destination))),
      purposes: new Map(purposes.map(({ key, ...purpose }) => [key, purpose])),
      identity: identityRules(workspace?.identity ?? {}),
      groups: groupRules(workspace?.groups ?? {}),
      computed: [...Object.values(computed), ...audiences.flatMap(inVariables)],
    });
  }
}

/** Of what serves, and of what is being prepared. */
const inVariables = ({ variablesJson, next }: AudienceDoc): ComputedValue[] =>
  [variablesJson, next?.variablesJson].flatMap((json) =>
    json === undefined ? [] : Object.values(inlineValuesOf(JSON.parse(json) as AudienceVariables)),
  );

/** What needs no purpose of its own needs that of its destination. */
function toAttachment(
  { audience, destination, identifiers, use, purpose, sinceRuleset }: AttachmentDoc,
  to: DestinationDoc | undefined,
): Attachment {
  const needed = purpose ?? to?.purpose;
  const channel = to && channelOf(to);
  return {
    ...{ audience, destination, identifiers, use, sinceRuleset },
    ...(needed !== undefined && { purpose: needed }),
    ...(channel !== undefined && { channel }),
  };
}
