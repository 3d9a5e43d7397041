import { shownEvent } from '../../domain/events/shown';
import type { WorkspaceId } from '../../domain/ids';
import { isAnotherSession } from '../../domain/journeys/sessions';
import type { ShowingRun } from '../../domain/journeys/slots';
import { idsOf, strongestOf } from '../../domain/profiles/present';
import type { Standing } from '../../store/profiles';
import type { ApiDeps } from '../deps';
import { acceptEvents } from '../profiles/record-event';

/** Content that was told, or would have been if chance did not hold the person out. */
export interface Told {
  readonly run: ShowingRun;
  readonly isGhost: boolean;
}

/** Beyond this the store is behind, and what comes is not recorded. */
const mostUnderWay = 200;
/** As far back as it is looked for an absence. */
const mostInstants = 500;

/** Records after the answer what surfaces were told: an event of the person, once for each visit of a step and each session. */
export class Exposures {
  #underWay = 0;

  constructor(
    readonly deps: Pick<ApiDeps, 'store' | 'ringIntake' | 'limits'>,
    readonly lost: { inc(): void },
  ) {}

  /** Returns at once and never fails; what cannot be recorded is counted. */
  note(ws: WorkspaceId, person: Standing, told: readonly Told[], now: number): void {
    for (const one of told) {
      if (!this.#mayBeNew(one.run, now)) continue;
      if (this.#underWay >= mostUnderWay) {
        this.lost.inc();
        continue;
      }
      this.#underWay += 1;
      this.#record(ws, person, one, now)
        .catch(() => this.lost.inc())
        .finally(() => (this.#underWay -= 1));
    }
  }

  /** Content for a session is told in one; and within a gap from when it was last told it is the same session. */
  #mayBeNew({ shows: { told, until } }: ShowingRun, now: number): boolean {
    return !told || (until !== undefined && now - told.at > this.deps.limits.sessionMs);
  }

  async #record(ws: WorkspaceId, person: Standing, { run, isGhost }: Told, now: number): Promise<void> {
    const { id: enrollment, journey, step, visit, shows } = run;
    const identifier = strongestOf(person);
    if (!identifier || !(await this.#isNew(ws, person, run, now))) return;
    const session = (shows.told?.sessions ?? 0) + 1;
    const shown = { enrollment, journey, step, visit, slot: shows.slot, session, isGhost };
    await acceptEvents({ deps: this.deps, ws }, [shownEvent(shown, identifier, now)]);
  }

  async #isNew(ws: WorkspaceId, person: Standing, { shows: { told } }: ShowingRun, now: number): Promise<boolean> {
    if (!told) return true;
    const { store, limits } = this.deps;
    const range = { after: told.at, upTo: now, most: mostInstants };
    const instants = await store.activity.of(ws, idsOf(person), range);
    return isAnotherSession(told.at, { instants, now, gapMs: limits.sessionMs });
  }
}
