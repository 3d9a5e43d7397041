import { draftPlan, type LearnedEvent } from '../../domain/tracking-plan/draft-plan';
import type { TrackingPlan } from '../../domain/tracking-plan/plan.schema';
import type { KeyCall } from '../route';

/** The most events that a draft is made of, of those sent most often. */
const mostEvents = 500;

/** A plan that the events of the catalogue would keep, of one source or of all. */
export async function learnPlan({ deps, ws }: KeyCall, name: string, source?: string): Promise<TrackingPlan> {
  const all = await deps.store.catalogue.list(ws);
  const sent = all.filter(({ bySource }) => source === undefined || Object.hasOwn(bySource, source));
  const often = sent.sort((one, other) => other.count - one.count).slice(0, mostEvents);
  const learned: LearnedEvent[] = [];
  for (const event of often) {
    const found = await deps.store.catalogue.find(ws, event);
    if (found) learned.push({ ...found.event, properties: found.properties });
  }
  return draftPlan(name, learned);
}
