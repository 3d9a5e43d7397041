/** What a workspace knows: events with their properties, and traits, each with the type of its values. `heddle types pull` writes one. */
export interface Vocabulary {
  readonly events: object;
  readonly traits: object;
}

/** Where nothing was pulled: any name, any value. */
export interface AnyVocabulary {
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly traits: Readonly<Record<string, unknown>>;
}

/** Names of events that any workspace has: of other kinds, and any at all. */
type KindName = '*' | 'identify' | 'page' | 'screen' | 'group' | 'alias';

/** A name, or a path below it. */
type Below<Name extends string> = Name | `${Name}.${string}` | `${Name}[${string}`;
type KeyOf<Known> = keyof Known & string;

export type EventNames<V extends Vocabulary> = KeyOf<V['events']> | KindName;
export type PropertyPaths<V extends Vocabulary, Name> = Name extends keyof V['events']
  ? Below<KeyOf<V['events'][Name]>>
  : string;
export type TraitPaths<V extends Vocabulary> = Below<KeyOf<V['traits']>>;

/** The values at a path, where the vocabulary says; below a name, any. */
export type ValueAt<Known, Path> = Path extends keyof Known
  ? unknown extends Known[Path]
    ? Scalar
    : Extract<Known[Path], Scalar>
  : Scalar;

export type Scalar = string | number | boolean;
