import { memberKey } from './idempotency-key';
import type { Operation } from './operation';

/** What a destination should hold of one profile. A higher `version` replaces a lower. */
export interface Desired {
  readonly profile: string;
  readonly isIn: boolean;
  readonly version: number;
  readonly identifiers: Readonly<Record<string, string>>;
}

/**
 * What the vendor holds of one unit (an identifier, or a profile), as far as we know: `held` · `pending` an operation is under way ·
 * `unknown` it may or may not be there · `refused` the vendor declined the operation. What has no entry is not there.
 */
export interface Actual {
  /** Names the unit without telling it, as in a stored `_id`. */
  readonly key: string;
  readonly type: string;
  readonly value: string;
  readonly state: 'held' | 'pending' | 'unknown' | 'refused';
  /** The profile for which it was last sent, its version then, and the id of that operation. */
  readonly profile: string;
  readonly version: number;
  readonly operation: string;
  /** How often it has become unknown: a repeat is a new operation, with an id of its own. */
  readonly lost: number;
}

export interface Unit {
  readonly key: string;
  readonly type: string;
  readonly value: string;
}

/** One audience at one destination. */
export interface Sync {
  readonly audience: string;
  readonly destination: string;
  /** What one membership is at the vendor, as in the destination's capabilities. */
  readonly members: 'profile' | 'identifier';
  /** Names a unit without telling it: an HMAC, in production. */
  readonly keyOf: (type: string, value: string) => string;
}

/** An operation to carry out, and the units that are pending while it is. */
export interface PlannedOperation {
  readonly operation: Operation;
  readonly version: number;
  readonly units: readonly Unit[];
}

export interface Reconciled {
  /** Removals first. */
  readonly ready: readonly PlannedOperation[];
  /** Profiles whose turn has not come, because something of theirs is pending or to be removed first. */
  readonly waiting: readonly string[];
}

/** The units under which the vendor keeps this member. */
export function unitsOf(
  { members, keyOf }: Sync,
  { profile, identifiers }: Pick<Desired, 'profile' | 'identifiers'>,
): Unit[] {
  const named = members === 'profile' ? { profile } : identifiers;
  return Object.entries(named).map(([type, value]) => ({ key: keyOf(type, value), type, value }));
}

/**
 * Decides what is to be done so that the vendor holds what is desired. A unit is wanted while some desired member has it.
 *
 * `desired`: the profiles in question, and every other member who shares a unit with them. `actual`: the entries of all their units,
 * and every entry last sent for one of these profiles. A unit with an unresolved operation gets no other, and no two operations
 * ever have the same id.
 */
export function reconcile(sync: Sync, desired: readonly Desired[], actual: readonly Actual[]): Reconciled {
  const known = new Map(actual.map((entry) => [entry.key, entry]));
  const members = desired.filter(({ isIn }) => isIn);
  const wanted = new Set(members.flatMap((member) => unitsOf(sync, member).map(({ key }) => key)));
  const unwanted = actual.filter(({ key }) => !wanted.has(key));
  const removals = planRemovals(sync, desired, unwanted);
  const additions = members.flatMap((member) => planAddition(sync, member, known));

  const removing = new Set(removals.map(({ operation }) => operation.profile));
  const pending = new Set(actual.filter(({ state }) => state === 'pending').map(({ profile }) => profile));
  const mustWait = ({ operation, units }: PlannedOperation): boolean =>
    pending.has(operation.profile) ||
    units.some(({ key }) => known.get(key)?.state === 'pending') ||
    (operation.operation === 'add' && removing.has(operation.profile));
  const planned = [...removals, ...additions];
  return {
    ready: planned.filter((one) => !mustWait(one)),
    waiting: [...new Set(planned.filter(mustWait).map(({ operation }) => operation.profile))],
  };
}

/** For every profile rows of what was sent for it and nobody wants any more; a row has one value of each type. */
function planRemovals(sync: Sync, desired: readonly Desired[], unwanted: readonly Actual[]): PlannedOperation[] {
  const versions = new Map(desired.map(({ profile, version }) => [profile, version]));
  const rows = new Map<string, Actual[]>();
  for (const entry of [...unwanted].sort(byKey)) {
    const version = versions.get(entry.profile) ?? entry.version;
    if (entry.state === 'refused' && entry.version === version) continue;
    const name = rowOf(rows, entry);
    rows.set(name, [...(rows.get(name) ?? []), entry]);
  }
  return [...rows.values()].map((row) => planRemoval(sync, row, versions));
}

/** The first row of the entry's profile that has no value of its type yet. */
function rowOf(rows: ReadonlyMap<string, readonly Actual[]>, { profile, type }: Actual): string {
  let n = 0;
  while (rows.get(`${profile} ${n}`)?.some((other) => other.type === type)) n += 1;
  return `${profile} ${n}`;
}

function planRemoval(sync: Sync, row: readonly Actual[], versions: ReadonlyMap<string, number>): PlannedOperation {
  const { profile, version: sentVersion, key } = row[0] as Actual;
  const version = versions.get(profile) ?? sentVersion;
  const base = memberKey(sync.audience, sync.destination, profile, version);
  // Several values of one type may have to go at one version, so the row's first unit is part of the id.
  const id = sync.members === 'profile' ? base : `${base}:${key}`;
  const identifiers = sync.members === 'profile' ? {} : Object.fromEntries(row.map(({ type, value }) => [type, value]));
  return {
    operation: { id: repeated(id, row), operation: 'remove', profile, identifiers },
    version,
    units: row.map(toUnit),
  };
}

/** The whole member, when something of it is missing at the vendor: vendors match better the more they get in one row. */
function planAddition(sync: Sync, member: Desired, known: ReadonlyMap<string, Actual>): PlannedOperation[] {
  const { profile, version, identifiers } = member;
  const units = unitsOf(sync, member);
  const entries = units.flatMap(({ key }) => known.get(key) ?? []);
  if (entries.length === units.length && !entries.some((entry) => isMissing(sync, member, entry))) return [];
  const id = repeated(memberKey(sync.audience, sync.destination, profile, version), entries);
  return [{ operation: { id, operation: 'add', profile, identifiers }, version, units }];
}

function isMissing({ members }: Sync, { profile, version }: Desired, entry: Actual): boolean {
  switch (entry.state) {
    case 'held':
      // Where the vendor counts profiles, it is told of changed identifiers by adding the member once more.
      return members === 'profile' && entry.version < version;
    case 'refused':
      return entry.profile !== profile || entry.version < version;
    case 'pending':
    case 'unknown':
      return true;
  }
}

/** Each loss of a unit makes the next operation on it another one. */
function repeated(id: string, entries: readonly Pick<Actual, 'lost'>[]): string {
  const lost = entries.reduce((sum, entry) => sum + entry.lost, 0);
  return lost === 0 ? id : `${id}:${lost}`;
}

const toUnit = ({ key, type, value }: Actual): Unit => ({ key, type, value });
const byKey = (a: Actual, b: Actual): number => (a.key < b.key ? -1 : 1);
