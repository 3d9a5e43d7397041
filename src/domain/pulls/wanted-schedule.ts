import { isJsonObject } from '../json';
import type { PullProblem } from './pull-run';
import { PullSchedule } from './pull-schedule.schema';

/** When a source is to be asked. */
export interface WantedSchedule {
  readonly schedule: PullSchedule;
  /** Why it is not asked for now. */
  readonly paused?: string;
}

interface Source {
  readonly settingsJson: string;
  readonly enabled: boolean;
}

/** What the schedule of a source should be; `undefined` for one that is gone, or sends by itself. */
export function wantedSchedule(
  source: Source | undefined,
  state: { readonly paused?: PullProblem } | undefined,
): WantedSchedule | undefined {
  const settings: unknown = source && JSON.parse(source.settingsJson);
  const { data: schedule } = PullSchedule.safeParse(isJsonObject(settings) ? settings['schedule'] : undefined);
  if (!source || schedule === undefined) return undefined;
  if (!source.enabled) return { schedule, paused: 'The source is switched off.' };
  return { schedule, ...(state?.paused && { paused: `The source refuses: ${state.paused.code}` }) };
}
