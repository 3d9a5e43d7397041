import type {
  DateTrigger,
  EdgeTrigger,
  Entry,
  ScheduleTrigger,
  SignalTrigger,
  Trigger,
} from '../domain/journeys/journey.schema';
import { made, type Made } from './made';
import type { EventCondition } from '../domain/audiences/rule.schema';
import type { z } from 'zod';

/** What an event, an edge or a signal sets going, as the builder makes it or as it stands in a file. */
export type TriggerLike = Trigger | Made<'trigger', Trigger> | Made<'either', EventCondition>;
type EntryOn = z.infer<typeof Entry>['on'];
export type EntryTriggerLike = EntryOn | Made<'trigger' | 'entry', EntryOn> | Made<'either', EventCondition>;

export const entered = (audience: string): Made<'trigger', EdgeTrigger> =>
  made('trigger', { audience, edge: 'entered' });
export const exited = (audience: string): Made<'trigger', EdgeTrigger> => made('trigger', { audience, edge: 'exited' });
/** Told to one run. */
export const signal = (name: string): Made<'trigger', SignalTrigger> => made('trigger', { signal: name });
/** So long before (`-1d`) or after a date of the person comes: `date('traits.renews_at', '-1d')`. */
export const date = (path: string, offset?: string): Made<'entry', DateTrigger> =>
  made('entry', { date: path, ...(offset !== undefined && { offset }) });
/** Asks everybody in an audience at each instant: `schedule('0 9 * * mon', { zone: 'Europe/Berlin', audience: 'vip' })`. */
export const schedule = (cron: string, of: Omit<ScheduleTrigger, 'schedule'>): Made<'entry', ScheduleTrigger> =>
  made('entry', { schedule: cron, ...of });
/** Begins for whom it is asked for, and by nothing that happens. */
export const asked = (): Made<'entry', { api: true }> => made('entry', { api: true });
