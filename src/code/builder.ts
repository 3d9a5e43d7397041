import { AudienceBuilder, ComputedTraitBuilder, DestinationBuilder } from './definitions';
import * as events from './events';
import * as flows from './flow';
import { JourneyBuilder } from './journey';
import * as rules from './rules';
import * as triggers from './triggers';
import type { EventNames, TraitPaths, ValueAt, Vocabulary } from './vocabulary';

/** The words in which definitions are written as code, as `heddle/code` has them. */

export const journey = (key: string, name?: string): JourneyBuilder => new JourneyBuilder(key, name);
export const audience = (key: string, name?: string): AudienceBuilder => new AudienceBuilder(key, name);
export const destination = (key: string, name?: string): DestinationBuilder => new DestinationBuilder(key, name);
export const computedTrait = (key: string, name?: string): ComputedTraitBuilder => new ComputedTraitBuilder(key, name);

export const { all, any, not, path, computed, inAudience, consent, identifier, sample, contacted } = rules;
export const { household, account } = rules;
export const { flow, when, on, otherwise, variant } = flows;
export const { entered, exited, signal, asked, date, schedule } = triggers;
export const { absent, eventOf: event, sequenceOf } = events;
export const sequence = (...parts: readonly events.SequencePart[]): events.SequencePiece => sequenceOf(parts);
export const trait = (name: string): rules.TraitTests => rules.traitOf(name);

/** `event` and `trait` for what a workspace knows: another name, or a value of another type, does not compile. */
export interface Words<V extends Vocabulary> {
  readonly event: <Name extends EventNames<V>>(name: Name) => events.EventPiece<V, Name, 'either'>;
  readonly trait: <Path extends TraitPaths<V>>(path: Path) => rules.TraitTests<ValueAt<V['traits'], Path>>;
}
export const wordsOf = <V extends Vocabulary>(): Words<V> => ({ event, trait }) as unknown as Words<V>;
