import { dayMs } from '../../domain/duration';
import type { SampleEvent } from './shift';

/** Which part of the sample data is loaded: all of it, the newest days, or the newest few events, for tests. */
export type HistoryPart = { readonly kind: 'all' } | { readonly kind: 'newest'; readonly days: number } | Sample;
type Sample = { readonly kind: 'sample'; readonly events: number };

/**
 * Three months, with campaign 18 in them. The embedded Python store applies about 70 events a second whatever else is done,
 * so that the whole year takes five minutes on it and this part a minute and a half (measured on 2 cores).
 */
const usualDays = 92;

export interface PartQuestion {
  readonly all: boolean;
  readonly sample: number | undefined;
  /** Whether the database is the embedded Python store. */
  readonly isSlowStore: boolean;
}

export function choosePart({ all, sample, isSlowStore }: PartQuestion): HistoryPart {
  if (sample !== undefined) return { kind: 'sample', events: sample };
  return all || !isSlowStore ? { kind: 'all' } : { kind: 'newest', days: usualDays };
}

/** The events of the part, of a history in order of time that ends at `endsAt`. */
export function takePart(part: HistoryPart, history: readonly SampleEvent[], endsAt: number): readonly SampleEvent[] {
  switch (part.kind) {
    case 'all':
      return history;
    case 'newest':
      return history.filter(({ timestamp }) => Date.parse(timestamp) > endsAt - part.days * dayMs);
    case 'sample':
      return history.slice(-part.events);
  }
}

/** What has been loaded is enough, unless everything is asked for now. */
export const isLoadNeeded = (loaded: HistoryPart | undefined, wanted: HistoryPart): boolean =>
  loaded === undefined || (wanted.kind === 'all' && loaded.kind !== 'all');
