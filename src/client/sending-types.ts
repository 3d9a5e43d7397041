/** `delay`: it waits, and is asked about anew. `skip`: it is withheld. */
type Then = 'delay' | 'skip';

/** Local times; without `zone`, or with `profile`, those where the person lives. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  readonly days?: readonly ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[];
  readonly zone?: string;
  readonly then: Then;
}

/** How many sends reach one person: by one channel, or by all of them where none is named. */
export interface FrequencyCap {
  readonly channel?: string;
  readonly max: number;
  readonly per: string;
  readonly then: Then;
}

export interface SendingPolicy {
  readonly sendsStopped?: boolean;
  readonly quietHours?: QuietHours;
  readonly caps?: readonly FrequencyCap[];
  /** Of people and journeys that have none of their own. */
  readonly zone?: string;
}

/** `sending`: attempts that had begun before the stop, and have not ended yet. */
export interface StoppedSends {
  readonly sendsStopped: true;
  readonly sending?: number;
}

/** `resuming`: sends that the stop had held; they go on over so many seconds. */
export interface StartedSends {
  readonly sendsStopped: false;
  readonly resuming?: { readonly held: number; readonly seconds: number };
}
