import type { Event, EventKind } from '../events/event';
import { isJsonObject, type Json, type JsonObject } from '../json';
import { isPersonalText } from '../personal';
import { isKeptSecret, mostValues, toSample } from './sample-value';

export type PropertyType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/** What a span of events says of one property. Instants are epoch milliseconds. */
export interface PropertyLearning {
  /** Events in which it was there and not null. */
  count: number;
  firstAt: number;
  lastAt: number;
  readonly types: Map<PropertyType, number>;
  /** Something on its path is a person's by its name: no sample of it is kept. */
  readonly isSecret: boolean;
  /** Number of the sampled event that had it last. */
  seenIn: number;
  /** How often each sample was seen; `many` once there are too many, or one that is not kept. */
  values: Map<string, number> | 'many';
}

/** What a span of events of one name says. Of `count` events `sampled` were looked into; the rest is counted only. */
export interface EventLearning {
  readonly kind: EventKind;
  readonly name: string;
  count: number;
  sampled: number;
  firstAt: number;
  lastAt: number;
  readonly bySource: Map<string, number>;
  /** Sampled events that name somebody by each type of identifier. */
  readonly identifiers: Map<string, number>;
  /** By `properties.` or `traits.` and a path. */
  readonly properties: Map<string, PropertyLearning>;
  /** Properties seen that were not learned: too many, too deep, or named like a person's data. */
  unlearned: number;
}

/** Levels below the properties of an event that are looked into, and elements of a list. */
const mostLevels = 4;
const mostElements = 10;
/** Of one name in one span: the first ones, then each twenty-fifth. Looking into an event costs more than reading it. */
const sampledFirst = 25;
const sampledEach = 25;

export const startLearning = ({ kind, name, receivedAt }: Event): EventLearning => ({
  ...{ kind, name, count: 0, sampled: 0, firstAt: receivedAt, lastAt: receivedAt },
  ...{ bySource: new Map(), identifiers: new Map(), properties: new Map(), unlearned: 0 },
});

/** A number that somebody might be called at, written without a country. */
const anyNumber = /^[\d\s().-]{6,}$/;

/** Whether the name of an event is, or has the form of, somebody's identifier: such a name is counted, not kept. */
export function isSomebody({ name, identifiers }: Pick<Event, 'name' | 'identifiers'>): boolean {
  return (
    isPersonalText(name) ||
    name.includes('@') ||
    anyNumber.test(name) ||
    textsOf(identifiers).has(name.trim().toLowerCase())
  );
}

/** Whom an event names, in lower case. */
const textsOf = (identifiers: Event['identifiers']): ReadonlySet<string> =>
  new Set(identifiers.map(({ value }) => value.toLowerCase()));

interface Learn {
  /** Under which the event is counted. */
  readonly source: string;
  readonly mostProperties: number;
}

/** Adds one event to what is learned, in place: the door does it for every event. */
export function learn(learning: EventLearning, event: Event, { source, mostProperties }: Learn): void {
  learning.count += 1;
  learning.lastAt = Math.max(learning.lastAt, event.receivedAt);
  learning.firstAt = Math.min(learning.firstAt, event.receivedAt);
  add(learning.bySource, source);
  if (learning.count > sampledFirst && learning.count % sampledEach !== 0) return;
  learning.sampled += 1;
  for (const type of new Set(event.identifiers.map((identifier) => identifier.type))) add(learning.identifiers, type);
  const look = new Look(learning, event, mostProperties);
  look.into(event.properties, { path: 'properties', level: 0, isSecret: false });
  look.into(event.traits, { path: 'traits', level: 0, isSecret: false });
}

const add = <Key>(counts: Map<Key, number>, key: Key): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

interface Place {
  readonly path: string;
  readonly level: number;
  readonly isSecret: boolean;
}

/** One look into one event. A path counts once, by the first value found there. */
class Look {
  readonly at: number;
  readonly #people: ReadonlySet<string>;

  constructor(
    readonly learning: EventLearning,
    { receivedAt, identifiers }: Event,
    readonly mostProperties: number,
  ) {
    this.at = receivedAt;
    this.#people = textsOf(identifiers);
  }

  into(object: JsonObject, { path, level, isSecret }: Place): void {
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (value === undefined) continue;
      // A key that is itself somebody's address or id would be personal data in the catalogue.
      if (key.length > 100 || key.includes('@') || this.#people.has(key.toLowerCase())) this.learning.unlearned += 1;
      else this.#value(value, { path: path + pathPart(key), level, isSecret }, key);
    }
  }

  #value(value: Json, place: Place, key?: string): void {
    const property = this.#property(place, key);
    if (!property) return;
    if (property.seenIn !== this.learning.sampled) this.#record(property, value);
    if (typeof value !== 'object' || value === null) return;
    const below = { path: place.path, level: place.level + 1, isSecret: property.isSecret };
    if (below.level > mostLevels) this.learning.unlearned += 1;
    else if (Array.isArray(value)) this.#elements(value as readonly Json[], { ...below, path: `${place.path}[]` });
    else if (isJsonObject(value)) this.into(value, below);
  }

  #elements(list: readonly Json[], place: Place): void {
    for (const element of list.slice(0, mostElements)) this.#value(element, place);
  }

  #record(property: PropertyLearning, value: Json): void {
    property.seenIn = this.learning.sampled;
    add(property.types, typeOf(value));
    if (value === null) return;
    property.count += 1;
    if (this.at > property.lastAt) property.lastAt = this.at;
    if (typeof value === 'object') return;
    // Who did it is no value of a few, and would be kept when they are erased.
    if (this.#people.has(String(value).toLowerCase())) property.values = 'many';
    else sample(property, value);
  }

  #property({ path, isSecret }: Place, key: string | undefined): PropertyLearning | undefined {
    const { properties } = this.learning;
    const known = properties.get(path);
    if (known) return known;
    if (properties.size >= this.mostProperties) {
      this.learning.unlearned += 1;
      return undefined;
    }
    const fresh: PropertyLearning = {
      ...{ count: 0, firstAt: this.at, lastAt: this.at, types: new Map(), values: new Map(), seenIn: -1 },
      isSecret: isSecret || (key !== undefined && isKeptSecret(key)),
    };
    properties.set(path, fresh);
    return fresh;
  }
}

function sample(property: PropertyLearning, value: string | number | boolean): void {
  const { values, isSecret } = property;
  if (values === 'many') return;
  // Values that are known need not be judged again.
  const known = values.get(String(value));
  const text = known === undefined ? (isSecret ? undefined : toSample(value)) : String(value);
  if (text === undefined || (known === undefined && values.size >= mostValues)) property.values = 'many';
  else values.set(text, (known ?? 0) + 1);
}

function typeOf(value: Json): PropertyType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as Exclude<PropertyType, 'null' | 'array'>;
}

/** As rules write paths: `.name`, or in brackets what would not be read as a name. */
const pathPart = (key: string): string => (/^[^.[\]]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
