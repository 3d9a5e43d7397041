import { bindPaths } from '../../domain/audiences/bind-paths';
import { compileRule } from '../../domain/audiences/compile-rule';
import type { GroupsOf } from '../../domain/audiences/profile-view';
import type { ComputedValues } from '../../domain/audiences/computed/resolve-computed';
import { historyView } from '../../domain/audiences/history-view';
import { contactName } from '../../domain/events/contact';
import { effectiveAt, toRuleEvent, type Event } from '../../domain/events/event';
import type { ProfileId, WorkspaceId } from '../../domain/ids';
import type { JsonObject } from '../../domain/json';
import type { CompiledJourney } from '../../domain/journeys/compiled-journey';
import { effectKey, type Enrollment } from '../../domain/journeys/enrollment';
import type { Step, StepOf } from '../../domain/journeys/journey.schema';
import type { FoundCause, StepFacts } from '../../domain/journeys/move';
import { runView } from '../../domain/journeys/since';
import { runRoot } from '../../domain/journeys/run-paths';
import { presentSend } from '../../domain/journeys/steps/send';
import { endOfShowing } from '../../domain/journeys/steps/personalise';
import { stepOf } from '../../domain/journeys/step';
import { endOfWait } from '../../domain/journeys/steps/wait';
import { deadlineOf, lookBack } from '../../domain/journeys/steps/wait-for';
import type { RestEnd } from '../../domain/journeys/wait-end';
import { parseWaitKey } from '../../domain/journeys/wait-keys';
import { identifiersByType, idsOf, presentTraits } from '../../domain/profiles/present';
import type { Profile } from '../../domain/profiles/profile';
import { lookAtPolicies } from './ask-policies';
import type { JourneyDeps } from './journeys';
import { readRecording } from './read-recording';
import { readShowing } from './read-showing';
import { readPermission } from './permission';
import { asServed } from '../../folding/as-served';
import { computedTraitsOf, readComputed, type Told } from '../../folding/read-computed';
import { readGroupFacts } from '../../folding/read-group-facts';
import { readResolve } from '../../folding/resolved-rules';

export interface FactsInput {
  readonly ws: WorkspaceId;
  readonly journey: CompiledJourney;
  readonly run: Enrollment;
  readonly profile: Profile;
  readonly now: number;
  /** Whether the run's wait keys are stored: only a look back after that misses nothing. */
  readonly isArmed: boolean;
}

/** Reads what the present step may know, and nothing the step does not ask for. */
export async function readFacts(deps: JourneyDeps, input: FactsInput): Promise<StepFacts> {
  const { journey, run, profile } = input;
  const step = stepOf(journey, run);
  const ids = idsOf(profile);
  const { groups, paths } = await readGroupFacts(deps.store, input.ws, profile, asOf(input));
  const computed = step && mentionsComputed(step) ? await computedTraitsOf(deps.store, input.ws) : noneComputed;
  const told = await readComputed(deps.store, input.ws, profile, computed, asOf(input));
  const root = { ...pathRoot(input), ...paths, computed: told };
  const base: StepFacts = { ids, seq: profile.seq, isIntakeBehind: false, causes: [], evaluate: () => false, root };
  return step
    ? { ...base, ...(await readFor(deps, step, { ...input, groups, computed: computed.values }, ids, root)) }
    : base;
}

const noneComputed: Told = { values: {}, sinceRuleset: 0 };

/** Whether a step may read something computed, anywhere in it: most do not, and nothing is read for them. */
const mentionsComputed = (step: Step): boolean => JSON.stringify(step).includes('computed');

/** What rules and mappings in a journey can name. */
const pathRoot = (input: FactsInput): JsonObject =>
  runRoot(input.run, {
    traits: presentTraits(input.profile, asOf(input)),
    identifiers: identifiersByType(input.profile),
  });

/** Never earlier than what the profile has seen: Temporal's clock may be behind the one at the door. */
const asOf = ({ profile, now }: FactsInput): number => Math.max(now, profile.evaluatedAt);

/** With the groups of the person, and what is computed that the step may ask for. */
interface GroupedInput extends FactsInput {
  readonly groups: GroupsOf;
  readonly computed: ComputedValues;
}

async function readFor(
  deps: JourneyDeps,
  step: Step,
  input: GroupedInput,
  ids: readonly ProfileId[],
  root: JsonObject,
): Promise<Partial<StepFacts>> {
  switch (step.type) {
    case 'wait': {
      const zone = await readWorkspaceZone(deps, input);
      const end = endOfWait(step, { ...input, facts: { root, ...zone } });
      return { ...zone, isIntakeBehind: await isBehindAtEnd(deps, input, end) };
    }
    case 'wait-for':
      return readWaitFor(deps, step, input, ids, root);
    case 'branch':
      return { evaluate: await readEvaluate(deps, step, input, ids, root) };
    case 'send':
      return {
        isIntakeBehind: await isBehind(deps, input, input.now),
        ...(await readHold(deps, input, step)),
      };
    case 'personalise': {
      const showing = { ...(await readWorkspaceZone(deps, input)), ...(await readShowing(deps, step, input, ids)) };
      const { at = Infinity } = endOfShowing(step, { ...input, facts: { root, ...showing } });
      return { ...showing, isIntakeBehind: await isBehindAtEnd(deps, input, { at }) };
    }
    case 'exit':
      return {};
    default:
      return readRecording(deps, step, input);
  }
}

/** Asked only where the journey does not say. */
async function readWorkspaceZone(
  { store }: JourneyDeps,
  { ws, journey }: FactsInput,
): Promise<Pick<StepFacts, 'workspaceZone'>> {
  if (journey.definition.zone !== undefined) return {};
  const { zone } = (await store.workspaces.sending(ws)).policy;
  return zone === undefined ? {} : { workspaceZone: zone };
}

/** Asked only once the time is over: until then nothing depends on it. */
async function isBehindAt(deps: JourneyDeps, input: FactsInput, dueAt: number): Promise<boolean> {
  return input.now >= dueAt && isBehind(deps, input, dueAt);
}

/** A date may be long over when the run comes, or be none. */
const isBehindAtEnd = (
  deps: JourneyDeps,
  input: FactsInput,
  { at = input.now }: Pick<RestEnd, 'at'>,
): Promise<boolean> => isBehindAt(deps, input, Math.max(at, input.run.arrivedAt));

/** Whether something of this person that was accepted by then has yet to be applied, and may change the answer. */
export function isBehind(
  { store }: JourneyDeps,
  { ws, profile }: Pick<FactsInput, 'ws' | 'profile'>,
  receivedBy: number,
): Promise<boolean> {
  const keys = profile.identifiers.map((identifier) => store.identifiers.key(ws, identifier));
  return store.events.hasPendingFor(keys, receivedBy);
}

async function readWaitFor(
  deps: JourneyDeps,
  step: StepOf<'wait-for'>,
  input: FactsInput,
  ids: readonly ProfileId[],
  root: JsonObject,
): Promise<Partial<StepFacts>> {
  const causes = input.isArmed ? await readCauses(deps, step, input, ids) : [];
  const zone = await readWorkspaceZone(deps, input);
  const { at = Infinity } = deadlineOf(step, { ...input, facts: { root, causes, ...zone } });
  return { ...zone, causes, isIntakeBehind: await isBehindAt(deps, input, Math.max(at, input.run.arrivedAt)) };
}

async function readCauses(
  { store }: JourneyDeps,
  step: StepOf<'wait-for'>,
  of: Pick<FactsInput, 'run' | 'journey'>,
  ids: readonly ProfileId[],
): Promise<FoundCause[]> {
  const { keys, afterSeq } = lookBack(step, of, ids);
  const edgeKeys = keys.filter((key) => 'audience' in parseWaitKey(key));
  const [events, stays] = await Promise.all([
    store.events.underWaitKeys(keys, afterSeq),
    store.memberships.underWaitKeys(edgeKeys),
  ]);
  const happened = events.flatMap((event): FoundCause[] => {
    if (event.profile === undefined || event.seq === undefined) return [];
    const { messageId, occurredAt, receivedAt, profile, seq } = event;
    return [{ kind: 'event', event: { ...toRuleEvent(event), messageId, occurredAt, receivedAt }, seq, profile }];
  });
  const edges = stays.flatMap((stay): FoundCause[] => {
    const of = { kind: 'edge' as const, audience: stay.audience, profile: stay.profile, startsJourneys: false };
    const entered: FoundCause = { ...of, edge: 'entered', at: stay.enteredAt, seq: stay.enteredSeq };
    if (stay.exitedAt === undefined || stay.exitedSeq === undefined) return [{ ...entered, isStill: true }];
    return [entered, { ...of, edge: 'exited', at: stay.exitedAt, seq: stay.exitedSeq }];
  });
  return [...happened, ...edges];
}

async function readEvaluate(
  { store }: JourneyDeps,
  step: StepOf<'branch'>,
  input: GroupedInput,
  ids: readonly ProfileId[],
  root: JsonObject,
): Promise<StepFacts['evaluate']> {
  const { ws, profile } = input;
  const asked = step.cases.map((one) => one.if);
  const resolve = await readResolve(store, ws, asked, input.computed);
  const rules = new Map(asked.map((rule) => [rule, compileRule(bindPaths(resolve(rule), root))]));
  const names = new Set([...rules.values()].flatMap((rule) => rule.dependsOn.events));
  const contacts = names.has(contactName) ? await readNewContacts(store, ws, profile) : [];
  const events = names.size === 0 ? [] : await store.events.history(ws, ids, names.has('*') ? undefined : [...names]);
  const known = new Map(
    [...contacts, ...events].map((event) => [event.messageId, { ...toRuleEvent(event), messageId: event.messageId }]),
  );
  const past = [...known.values()];
  const plain = historyView(await asServed(store, ws, profile), past, root, input.groups);
  const view = runView(plain, past, input.run);
  const at = Math.max(asOf(input), ...contacts.map(effectiveAt));
  return (rule) => rules.get(rule)?.evaluate(view, at).matches ?? false;
}

/** Those of the sends just before a branch, which the intake has yet to come to. To be read before those that it has. */
const readNewContacts = (
  { events, identifiers }: JourneyDeps['store'],
  ws: WorkspaceId,
  profile: Profile,
): Promise<Event[]> =>
  events.pendingNamed(
    profile.identifiers.map((identifier) => identifiers.key(ws, identifier)),
    contactName,
  );

async function readHold(
  deps: JourneyDeps,
  { ws, run, journey, profile, now }: FactsInput,
  step: StepOf<'send'>,
): Promise<Partial<StepFacts>> {
  if (run.test) return {};
  const { destination, action } = presentSend(step, run);
  const to = await deps.sender.state(ws, destination, action);
  if (to.state === 'paused') return { heldBy: `the destination ${destination} is paused` };
  const key = effectKey(run);
  const known = await deps.store.deliveries.byKey(ws, key);
  // An attempt decides, and reports it; until it has for this very reason there is nothing to wait for.
  if (known?.status !== 'held') return {};
  const { purpose } = journey.definition;
  const permission = await readPermission(deps, { ws, profile, destination, purpose, to });
  const send = { ref: { ws, id: run.id, now }, key, run, profile, permission, journey };
  const ruling = await lookAtPolicies(deps, { send, channel: to.channel, known });
  if (ruling.do !== 'hold' || ruling.reason !== known.reason) return {};
  return { heldUntil: { reason: ruling.reason, until: ruling.until } };
}
