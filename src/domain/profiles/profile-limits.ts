import type { Profile } from './profile';

/** Bounds of one profile, far above what a person has and far below the 16 MB of a stored document. */
export const profileLimits = { traits: 1_000, traitBytes: 1_000_000, identifiers: 1_000, lineage: 1_000 } as const;

/** An event would make a profile larger than it may be. The event is given up with this reason; the profile stays as it is. */
export class ProfileFull extends Error {
  constructor(what: string, limit: number) {
    super(`A profile has at most ${limit} ${what}.`);
    this.name = 'ProfileFull';
  }
}

/** Few traits cannot be too large together, since an event is bounded; only many are measured. */
const unmeasuredTraits = 24;

/** Throws `ProfileFull` when a bound is passed. */
export function refuseOversize({
  traits,
  identifiers,
  lineage,
}: Pick<Profile, 'traits' | 'identifiers' | 'lineage'>): void {
  if (identifiers.length > profileLimits.identifiers) throw new ProfileFull('identifiers', profileLimits.identifiers);
  if (lineage.length > profileLimits.lineage) throw new ProfileFull('absorbed profiles', profileLimits.lineage);
  const count = Object.keys(traits).length;
  if (count > profileLimits.traits) throw new ProfileFull('traits', profileLimits.traits);
  if (count > unmeasuredTraits && JSON.stringify(traits).length > profileLimits.traitBytes)
    throw new ProfileFull('bytes of traits', profileLimits.traitBytes);
}
