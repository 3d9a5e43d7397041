import type { Rule } from '../audiences/rule.schema';
import type { JsonObject } from '../json';
import type { Trigger } from './journey.schema';
import type { Move, Standing } from './move';
import type { DateOf, LocalTimeWait, WaitWindow } from './wait-fields.schema';

/** Something that a step holds, and where: `path` is a JSON pointer within the step. */
export type StepPart = { readonly path: string } & (
  | { readonly next: string }
  /** How long a run may rest here: a field of the step itself. A round through such a step is no loop. */
  | { readonly wait: string }
  /** A rest until a time of day. */
  | { readonly localTime: LocalTimeWait }
  /** A rest until a date, or while a window is closed: it may be none at all. */
  | { readonly date: DateOf }
  | { readonly window: WaitWindow }
  /** A rest until the person's session is over. */
  | { readonly session: 'session' }
  /** What pages are told. */
  | { readonly content: JsonObject }
  | { readonly trigger: Trigger }
  | { readonly rule: Rule }
  /** A journey that the step begins. */
  | { readonly journey: string }
  /** A goal of the journey. */
  | { readonly goal: string }
  /** A manual audience that the step changes. */
  | { readonly manual: string }
  /** What the step sends to. */
  | { readonly destination: string }
);

/** Everything the product knows about one kind of step. A kind is one file; the table names what was forgotten. */
export interface StepKind<Step> {
  /** What a run does here, pure. */
  take(step: Step, standing: Standing): Move;
  /** All it holds, in the order of the definition: what is not listed is neither linted, nor followed, nor found again. */
  parts(step: Step): StepPart[];
}
