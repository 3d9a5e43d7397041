import type { z } from 'zod';
import type { Entry, Goal, JourneyDefinition, Reentry, UpdateRule } from '../domain/journeys/journey.schema';
import { FlowBuilder, type Steps } from './flow';
import { asJson } from './made';
import { nameOf } from './name-of';
import { placeSteps } from './place-steps';
import type { RuleLike } from './rules';
import type { EntryTriggerLike, TriggerLike } from './triggers';

type EntryFields = Omit<z.infer<typeof Entry>, 'on'>;

/** A journey, said in the order in which it happens. Each call answers another one. */
export class JourneyBuilder extends FlowBuilder {
  readonly kind = 'journey';
  private readonly entry: object = {};
  private readonly fields: { readonly [name: string]: unknown };
  private readonly flows: readonly Steps[] = [];

  constructor(
    private readonly named: string,
    name: string = nameOf(named),
  ) {
    super();
    this.fields = { name };
  }

  private say(fields: object): this {
    return this.with({ fields: { ...this.fields, ...fields } });
  }
  private begins(fields: object): this {
    return this.with({ entry: { ...this.entry, ...fields } });
  }
  private more(list: string, one: object): this {
    return this.say({ [list]: [...((this.fields[list] as readonly object[] | undefined) ?? []), one] });
  }

  on(trigger: EntryTriggerLike): this {
    return this.begins({ on: trigger });
  }
  /** One run for each value at this path of the event. */
  key(path: string): this {
    return this.begins({ key: path });
  }
  if(rule: RuleLike): this {
    return this.begins({ if: rule });
  }
  maxEventAge(age: string): this {
    return this.begins({ maxEventAge: age });
  }
  perHousehold(recipient?: EntryFields['recipient']): this {
    return this.begins({ per: 'household', recipient });
  }
  reentry(reentry: z.infer<typeof Reentry>): this {
    return this.begins({ reentry });
  }
  /** What of an entry has no word here. */
  entering(fields: Partial<EntryFields>): this {
    return this.begins(fields);
  }

  exitOn(trigger: TriggerLike, reason?: string): this {
    return this.more('exits', { on: trigger, reason });
  }
  updateOn(trigger: TriggerLike, options: Omit<z.infer<typeof UpdateRule>, 'on'> = {}): this {
    return this.more('updates', { on: trigger, ...options });
  }
  goal(key: string, trigger: TriggerLike, options: Omit<Goal, 'key' | 'on'>): this {
    return this.more('goals', { key, on: trigger, ...options });
  }

  describe(description: string): this {
    return this.say({ description });
  }
  labels(...labels: readonly string[]): this {
    return this.say({ labels });
  }
  purpose(purpose: string): this {
    return this.say({ purpose });
  }
  lifetime(lifetime: string): this {
    return this.say({ lifetime });
  }
  zone(zone: string): this {
    return this.say({ zone });
  }
  /** What of a journey has no word here. */
  set(fields: Partial<Omit<JourneyDefinition, 'key' | 'entry' | 'start' | 'steps'>>): this {
    return this.say(fields);
  }

  /** Steps that only goTo leads to. */
  apart(...flows: readonly Steps[]): this {
    return this.with({ flows: [...this.flows, ...flows] });
  }

  /** What is saved, as a file holds it. */
  toDefinition(): JourneyDefinition {
    return asJson({ key: this.named, ...this.fields, entry: this.entry, ...placeSteps(this, this.flows) });
  }
  toJSON(): JourneyDefinition {
    return this.toDefinition();
  }
}
