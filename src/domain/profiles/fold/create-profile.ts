import { effectiveAt, type Event } from '../../events/event';
import { newProfile, type Profile } from '../profile';
import { openNew, type OpenProfile } from './open-profile';
import type { WorkspaceFold } from './workspace-fold';

/** Somebody whom an event is the first to name. */
export function createProfile(fold: WorkspaceFold, event: Event, of: Pick<Profile, 'isShared'> = {}): OpenProfile {
  const { makeProfileId, now, ruleset } = fold.input;
  const facts = { createdAt: effectiveAt(event), evaluatedAt: now, rulesetVersion: ruleset.version };
  const open = openNew({ ...newProfile({ id: makeProfileId(), ...facts }), ...of });
  fold.opened.set(open.profile.id, open);
  return open;
}
