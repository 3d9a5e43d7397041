import { subjectOf } from '../../domain/ids';
import { decideSlot, type ShowingRun } from '../../domain/journeys/slots';
import { idsOf } from '../../domain/profiles/present';
import type { Standing } from '../../store/profiles';
import type { Ask } from './decide';
import type { Told } from './exposures';
import { maskObject } from '../personal-data';
import type { KeyCall } from '../route';

type Winners = ReadonlyMap<string, ShowingRun>;

/** What is shown in each of these slots; nothing where none was asked for. Of people without runs nothing more is read. */
export async function winnersFor(
  { deps, ws, now, exposures, whenLeft }: KeyCall,
  person: Standing | undefined,
  { slots, isPreview }: Pick<Ask, 'slots' | 'isPreview'>,
): Promise<Winners | undefined> {
  if (!slots) return undefined;
  if (!person?.hasEnrollments) return new Map();
  const subjects = idsOf(person).map((id) => subjectOf(ws, id));
  const [runs, rules] = await Promise.all([deps.store.showing.runs(ws, subjects), deps.store.showing.rules(ws)]);
  const decided = slots.map((slot) => [slot, decideSlot(slot, runs, { visitor: person, rules, now })] as const);
  const told = decided.flatMap(([, { winner, ghosts }]): Told[] => [
    ...(winner ? [{ run: winner, isGhost: false }] : []),
    ...ghosts.map((run) => ({ run, isGhost: true })),
  ]);
  if (!isPreview && told.length > 0) whenLeft(() => exposures.note(ws, person, told, now));
  return new Map(decided.flatMap(([slot, { winner }]) => (winner ? [[slot, winner] as const] : [])));
}

export const presentSlots = <Body>(winners: Winners, present: (run: ShowingRun) => Body): Record<string, Body> =>
  Object.fromEntries([...winners].map(([slot, run]) => [slot, present(run)]));

/** The names of journeys and steps are not for everybody's eyes. */
export const presentForPage = ({ id, shows: { content } }: ShowingRun) => ({ content, id });

/** With the content as `GET /v1/enrollments/{id}` has it: personal data for who may see that. */
export const presentForServer = (run: ShowingRun, seesAll: boolean) => ({
  ...presentForPage(run),
  content: seesAll ? run.shows.content : maskObject(run.shows.content),
  journey: run.journey,
  step: run.step,
});
