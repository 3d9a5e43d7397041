import type { Change } from '../../audiences/evaluate-memberships';
import type { Event } from '../../events/event';
import type { EdgeCause } from '../change-set';
import { writeListing } from '../lists';
import type { OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/**
 * Puts the person on a list that is kept by hand, or takes them off. One whose audience is gone takes nobody, and who is named by nothing but an
 * identifier in quarantine is nobody. Answers the lists that changed.
 */
export function heedListing({ input }: WorkspaceFold, open: OpenProfile, event: Event): readonly string[] {
  if (open.profile.identifiers.length === 0) return [];
  if (!event.listing || !input.ruleset.lists.has(event.listing.list)) return [];
  const { facts: lists, changed } = writeListing(open.profile.lists ?? {}, event);
  open.profile = { ...open.profile, lists };
  return changed;
}

/** What a manual audience gains and loses by its list is the doing of whoever said so; all else that follows is the event's. */
export function causeBy({ input }: WorkspaceFold, { lists = [] }: Change): (audience: string) => EdgeCause {
  const changed = new Set(lists);
  const byHand = new Set(
    changed.size === 0
      ? []
      : input.ruleset.audiences
          .filter(({ rule }) => rule.dependsOn.lists.some((list) => changed.has(list)))
          .map(({ key }) => key),
  );
  return (audience) => (byHand.has(audience) ? 'manual' : 'event');
}
