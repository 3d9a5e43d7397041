import type { Profile } from './profile';

/** Bounds of one profile, far above what a person has and far below the 16 MB of a stored document. */
export const profileLimits = {
  traits: 1_000,
  traitBytes: 1_000_000,
  /** Granted ones. A refusal finds room beside any number of grants; refusals end by size alone. */
  purposes: 200,
  purposeBytes: 100_000,
  refusalBytes: 1_000_000,
  identifiers: 1_000,
  lineage: 1_000,
} as const;

/** How many facts, and how many characters of JSON. */
export interface Room {
  readonly count: number;
  readonly bytes: number;
}

/** As far as untrusted sources fill a profile; the rest is kept for trusted ones. */
export const untrustedLimits = {
  /** Not counting the first of each unique type, such as the one `user_id`, which always finds room. */
  identifiers: 500,
  lineage: 500,
  traits: { count: 500, bytes: 500_000 },
  /** Purposes that the workspace has defined; those of any other name have less. */
  definedPurposes: { count: 150, bytes: 60_000 },
  purposes: { count: 50, bytes: 30_000 },
  /** Of all that the profile grants, when they grant again, which has another event's id. */
  grants: { count: profileLimits.purposes, bytes: 80_000 },
} as const;

/** An event would make a profile larger than it may be. The event is given up with this reason; the profile stays as it is. */
export class ProfileFull extends Error {
  constructor(what: string, limit: number) {
    super(`A profile has at most ${limit} ${what}.`);
    this.name = 'ProfileFull';
  }
}

/** Throws `ProfileFull` when a bound is passed. Identifiers and absorbed profiles end where they are gathered (`resolveIdentity`). */
export function refuseOversize({ traits, consent }: Pick<Profile, 'traits' | 'consent'>): void {
  refuseMany('traits', traits, profileLimits.traits, profileLimits.traitBytes);
  const granted = Object.entries(consent).filter(([, { status }]) => status === 'granted');
  const purposes = 'purposes with a grant';
  refuseMany(purposes, Object.fromEntries(granted), profileLimits.purposes, profileLimits.purposeBytes);
  refuseMany('purposes of consent', consent, Infinity, profileLimits.purposeBytes + profileLimits.refusalBytes);
}

function refuseMany(what: string, facts: Readonly<Record<string, unknown>>, most: number, mostBytes: number): void {
  if (Object.keys(facts).length > most) throw new ProfileFull(what, most);
  if (JSON.stringify(facts).length > mostBytes) throw new ProfileFull(`bytes of ${what}`, mostBytes);
}
