import type { Event, Identifier } from '../../events/event';
import { identifierName } from '../../identity/identifier-types';
import { isUnverified } from '../../identity/identity-claims';
import { byStrength } from '../../identity/identity-rules';
import { isOfSomebodyElse, type IdentifierNote, type Quarantine } from '../../identity/quarantine';
import type { ProfileId } from '../../ids';
import { isKnown, type BlockedIdentifier } from '../../identity/resolve-identity';
import type { Profile } from '../profile';
import { createProfile } from './create-profile';
import { evaluateProfile, upgrade } from './evaluate-profile';
import { takeAway } from './move-identifier';
import { nextSeq, type OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/** What an event names people by, without identifiers in quarantine. */
export function withoutQuarantined(fold: WorkspaceFold, { identifiers }: Event) {
  const isHeld = (identifier: Identifier): boolean => fold.note(identifier).quarantine !== undefined;
  const held = identifiers.filter(isHeld);
  const dropped = held.map((identifier): BlockedIdentifier => ({ identifier, reason: 'quarantined' }));
  return { named: held.length === 0 ? identifiers : identifiers.filter((one) => !isHeld(one)), dropped };
}

/**
 * The profile of events that name nobody but identifiers in quarantine: one for each identifier, and nobody's. They were accepted, so
 * they are kept, and a test id that sends a million makes no million people.
 */
export function openKeeper(fold: WorkspaceFold, event: Event): OpenProfile | undefined {
  const [strongest] = [...event.identifiers].sort(byStrength(fold.input.ruleset.identity));
  if (!strongest) return undefined;
  const { people, quarantine } = fold.note(strongest);
  if (!quarantine) return undefined;
  const known = quarantine.keeper && fold.opened.get(quarantine.keeper);
  if (known) {
    upgrade(fold, known);
    return known;
  }
  const keeper = createProfile(fold, event, { isShared: true });
  fold.writeNote(strongest, { people, quarantine: { ...quarantine, keeper: keeper.profile.id } });
  nextSeq(keeper);
  evaluateProfile(fold, keeper, 'merge');
  return keeper;
}

/**
 * Remembers from whose events an identifier of somebody else was dropped, and puts it into quarantine once they are too many. What a
 * trusted source has said of its owner is not undone by what public keys say, which anybody can.
 */
export function countPeople(
  fold: WorkspaceFold,
  open: OpenProfile,
  blocked: readonly BlockedIdentifier[],
  event: Event,
) {
  const rules = fold.input.ruleset.identity;
  const most = rules.mostPeople;
  if (!isKnown(open.profile, rules)) return;
  for (const { identifier } of blocked.filter((one) => isOfSomebodyElse(one, rules))) {
    const { people } = fold.note(identifier);
    const owner = fold.owner(identifier);
    if (!owner || owner.id === open.profile.id) continue;
    if (!event.isTrusted && !isUnverifiedOf(owner, identifier, rules)) continue;
    const more = withPerson(people, open.profile, owner);
    if (more === people) continue;
    if (more.length >= most) quarantine(fold, identifier, { event, reason: 'people', people: more });
    else if (most < Infinity) fold.writeNote(identifier, { people: more });
  }
}

/** Whoever was counted may be part of this person by now, or of the owner, and counts once, or not at all. */
function withPerson(people: IdentifierNote['people'], person: Profile, owner: Profile): IdentifierNote['people'] {
  const others = people.filter((id) => !isPartOf(person, id) && !isPartOf(owner, id));
  const isCounted = others.length === people.length - 1 && people.some((id) => isPartOf(person, id));
  return isCounted ? people : [...others, person.id];
}

const isPartOf = ({ id, lineage }: Profile, one: ProfileId): boolean => one === id || lineage.includes(one);

const isUnverifiedOf = (owner: Profile, identifier: Identifier, rules: Parameters<typeof isUnverified>[1]): boolean =>
  owner.identifiers.some((one) => identifierName(one) === identifierName(identifier) && isUnverified(one, rules));

/** Takes an identifier from whoever has it: from now on it names nobody. */
export function quarantine(
  fold: WorkspaceFold,
  identifier: Identifier,
  {
    event,
    reason,
    people,
  }: Pick<Quarantine, 'reason'> & Partial<Pick<IdentifierNote, 'people'>> & { readonly event: Event },
): void {
  const before = fold.note(identifier);
  if (before.quarantine) return;
  const owner = fold.owner(identifier);
  const taken = takeAway(fold, identifier);
  if (owner && taken?.verifiedAt !== undefined && fold.input.ruleset.identity.isKnown(taken.type)) {
    const open = fold.open(owner.id);
    open.profile = { ...open.profile, wasNamed: true };
  }
  const since = { at: fold.input.now, reason, source: event.source };
  fold.writeNote(identifier, { people: people ?? before.people, quarantine: since });
  fold.disown(identifier);
}
