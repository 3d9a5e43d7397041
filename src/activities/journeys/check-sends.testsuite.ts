import { isFinal, mayHaveArrived } from '../../domain/delivery/delivery';
import { isInside } from '../../domain/journeys/enrollment';
import { armOf, isGhost } from '../../domain/journeys/journey-holdout';
import { hasMerge, journeyOf } from './send-cases.testsuite';
import type { Sends } from './send-races.testsuite';

/** What must hold of every order of things. */
export function check(sends: Sends): void {
  checkRuns(sends);
  checkAsked(sends);
  checkRows(sends);
  checkRepeats(sends);
  checkHoldout(sends);
  checkCap(sends);
  checkHouseholds(sends);
}

const times = (values: readonly string[], value: string): number => values.filter((one) => one === value).length;

function checkRuns({ world }: Sends): void {
  const runs = [...world.enrollments.values()];
  expect(runs.filter((run) => isInside(run) || run.sending !== undefined || run.dueAt !== undefined)).toEqual([]);
}

/** Nothing leaves of whom the attempt last saw elsewhere, or not claimed, or of whom a merge says that another run had sent it. */
function checkAsked({ destination: { asked }, lostClaims }: Sends): void {
  for (const { request, seen } of asked) {
    expect(seen && isInside(seen)).toBe(true);
    expect(seen?.sending?.key).toBe(request.idempotencyKey);
    expect(seen?.sentElsewhere ?? []).not.toContain(seen?.step);
  }
  expect(lostClaims).toEqual([]);
}

/** Every delivery comes to an end that is true: only what may have arrived says so. */
function checkRows({ memory, destination: { asked, arrived } }: Sends): void {
  for (const { idempotencyKey: key, status } of memory.rows.values()) {
    expect({ key, isFinal: isFinal(status) }).toEqual({ key, isFinal: true });
    if (status === 'delivered') expect(arrived).toContain(key);
    if (!mayHaveArrived(status)) expect(arrived).not.toContain(key);
  }
  for (const { request } of asked) expect(memory.rows.has(request.idempotencyKey)).toBe(true);
}

function checkRepeats({ the, destination: { asked, arrived } }: Sends): void {
  if (!the.hasDedup) for (const key of arrived) expect(times(arrived, key)).toBe(1);
  // A fallback is for what has surely not arrived.
  const keys = asked.map(({ request }) => request.idempotencyKey);
  for (const key of arrived) expect(keys).not.toContain(`${key}:1`);
}

/** Whom chance holds out is sent nothing, and of them it is always known, but where they turned out to be somebody of the other arm. */
function checkHoldout({ the, world, memory, destination: { asked } }: Sends): void {
  if (!the.heldOut) return;
  const definition = journeyOf(the, 'mail');
  for (const { request } of asked) expect(armOf(definition, request.profile)?.isHeldOut).toBe(false);
  for (const { idempotencyKey: key, profile, status } of memory.rows.values()) {
    const person = world.profiles.get(profile);
    if (person && !person.mergedInto && isGhost(definition, person))
      expect({ key, status }).not.toEqual({ key, status: 'unknown' });
  }
}

/** A cap that skips lets as many through as it says, and keeps nobody in vain. */
function checkCap({ the, memory, destination: { arrived } }: Sends): void {
  const cap = the.cap?.[0];
  if (cap?.then !== 'skip') return;
  const people = hasMerge(the) && the.isOtherInside ? 2 : 1;
  expect(new Set(arrived).size).toBeLessThanOrEqual(cap.max * people);
  const rows = [...memory.rows.values()];
  if (rows.some(({ reason }) => reason === 'cap'))
    expect(rows.filter(({ status }) => mayHaveArrived(status)).length).toBeGreaterThanOrEqual(cap.max);
}

/** Of two members of a household one has the message of a step. */
function checkHouseholds({ the, destination: { arrivals } }: Sends): void {
  if (!the.isOncePerHousehold) return;
  for (const step of ['mail', 'post', 'again']) {
    const runs = new Set(arrivals.filter((one) => one.step === step).map(({ enrollment }) => enrollment));
    expect({ step, runs: [...runs].slice(1) }).toEqual({ step, runs: [] });
  }
}
