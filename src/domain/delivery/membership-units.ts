import type { Operation } from './operation';

/** What a destination should hold of one profile. */
export interface Wish {
  readonly profile: string;
  /** Rises with every change of the wish. */
  readonly version: number;
  readonly isIn: boolean;
  /** Wished away by a detach, at the version of the wish before. */
  readonly isDetached?: boolean;
  /** The person has refused the purpose: they are taken off also where leaving does not remove. */
  readonly hasRefused?: boolean;
  readonly identifiers: Readonly<Record<string, string>>;
}

/**
 * What is known of one membership at the vendor. `changing`: an operation was begun and its end is not known, so it is the same as
 * not knowing: the operation is issued again. Vendors treat members as a set, or drop a repeated key, so that does no harm.
 */
export type HeldState = 'absent' | 'held' | 'changing';

/** One membership at the vendor: a profile, or one identifier that several profiles may share. */
export interface Unit {
  readonly id: string;
  readonly state: HeldState;
  /** Profiles that want it there, and those that have left where leaving does not remove. */
  readonly wantedBy: readonly string[];
  /** What was sent last, so that it can be taken back, and a changed e-mail is sent again. */
  readonly identifiers: Readonly<Record<string, string>>;
  /** The operation that was issued last; a refused one is not issued again for the same wish. */
  readonly lastOperation?: string;
  readonly isRefused?: boolean;
  /** Whose wish began the change: that profile stays dirty until the change has an end. */
  readonly changedFor?: string;
  /** How often an answer came too late to say what is there: the present wish is then issued anew, under a key of its own. */
  readonly doubts?: number;
}

/** What a unit becomes, and the operation that takes it there, if any. */
export interface UnitChange {
  readonly unit: Unit;
  readonly operation?: Operation;
}

export interface Reconciliation {
  /** What one membership is: the profile as a whole, or each identifier by itself. */
  readonly members: 'profile' | 'identifier';
  /** Whether leaving removes; otherwise what was added stays, and stays theirs, so that a refusal or a detach finds it. */
  readonly removes: boolean;
  /** The name of a unit, stable and free of personal values: an HMAC. */
  unitId(type: string, value: string): string;
  /** The idempotency key of an operation. */
  key(wish: Wish, unit: Unit): string;
}

/**
 * Desired against actual: the changes of units that these wishes ask for. An identifier is wanted while some profile wants it, so
 * one of two people leaving keeps a shared address on the list. Operations come removals first, and
 * a member who loses an identifier but stays is added again by the others: vendors that match identifiers to accounts remove the account.
 */
export function reconcile(wishes: readonly Wish[], known: readonly Unit[], how: Reconciliation): UnitChange[] {
  const units = new Map(known.map((unit) => [unit.id, unit]));
  const touched = new Map<string, { readonly wish: Wish; readonly identifiers?: Readonly<Record<string, string>> }>();
  for (const wish of wishes) {
    const wanted = wantedUnits(wish, how);
    for (const unit of units.values()) {
      if (!concerns(unit, wish) || wanted.has(unit.id) || isKept(unit, wish, how)) continue;
      units.set(unit.id, { ...unit, wantedBy: unit.wantedBy.filter((profile) => profile !== wish.profile) });
      // Of several that let go of a unit, one that takes it off decides.
      if (takesOff(wish, how) || !touched.has(unit.id)) touched.set(unit.id, { wish });
    }
    for (const [id, identifiers] of wanted) {
      const unit = units.get(id) ?? { id, state: 'absent' as const, wantedBy: [], identifiers };
      units.set(id, { ...unit, wantedBy: [...new Set([...unit.wantedBy, wish.profile])] });
      touched.set(id, { wish, identifiers });
    }
  }
  const asked = [...touched].map(([id, about]) => ({ unit: units.get(id) as Unit, ...about }));
  const removed = asked
    .filter(({ unit }) => unit.wantedBy.length === 0)
    .map(({ unit, wish }) => changeOf(unit, wish, unit.identifiers, how));
  const disturbed = new Set(removed.flatMap(({ operation }) => operation?.profile ?? []));
  const kept = asked
    .filter(({ unit }) => unit.wantedBy.length > 0)
    .map(({ unit, wish, identifiers }) => {
      const present =
        disturbed.has(wish.profile) && unit.state === 'held' ? { ...unit, state: 'changing' as const } : unit;
      return changeOf(present, wish, identifiers ?? unit.identifiers, how);
    });
  return [...removed, ...kept];
}

/** What the unit is after the vendor answered: `isDone` the operation took place, otherwise it was refused for good. */
export function afterAnswer(unit: Unit, operation: Operation, isDone: boolean): Unit {
  if (!isDone) return { ...unit, state: operation.operation === 'add' ? 'absent' : 'held', isRefused: true };
  return { ...unit, state: operation.operation === 'add' ? 'held' : 'absent', isRefused: false };
}

/** Operations that were begun and whose end is not known. */
export const underWay = (units: readonly Unit[]): string[] =>
  units.flatMap(({ state, lastOperation }) => (state === 'changing' ? (lastOperation ?? []) : []));

const concerns = (unit: Unit, { profile }: Wish): boolean =>
  unit.wantedBy.includes(profile) || (unit.state === 'changing' && unit.changedFor === profile);

const takesOff = ({ hasRefused }: Wish, { removes }: Reconciliation): boolean => removes || hasRefused === true;

const isKept = ({ state }: Unit, wish: Wish, how: Reconciliation): boolean => state === 'held' && !takesOff(wish, how);

function wantedUnits(wish: Wish, how: Reconciliation): Map<string, Readonly<Record<string, string>>> {
  if (!wish.isIn) return new Map();
  if (how.members === 'profile') return new Map([[how.unitId('profile', wish.profile), wish.identifiers]]);
  const entries = Object.entries(wish.identifiers);
  return new Map(entries.map(([type, value]) => [how.unitId(type, value), { [type]: value }]));
}

function changeOf(unit: Unit, wish: Wish, identifiers: Unit['identifiers'], how: Reconciliation): UnitChange {
  const isWanted = unit.wantedBy.length > 0;
  const isHeld = unit.state === 'held' && sameIdentifiers(unit.identifiers, identifiers);
  const isRightAlready = isWanted ? isHeld : unit.state === 'absent' || !takesOff(wish, how);
  const id = how.key(wish, unit);
  const wasRefused = unit.isRefused === true && unit.lastOperation === id;
  if (isRightAlready || wasRefused) return { unit };
  const operation = isWanted ? ('add' as const) : ('remove' as const);
  return {
    unit: { ...unit, identifiers, state: 'changing', isRefused: false, lastOperation: id, changedFor: wish.profile },
    operation: { id, operation, profile: wish.profile, identifiers },
  };
}

function sameIdentifiers(a: Unit['identifiers'], b: Unit['identifiers']): boolean {
  const [one, other] = [Object.entries(a), Object.entries(b)];
  return one.length === other.length && one.every(([type, value]) => b[type] === value);
}
