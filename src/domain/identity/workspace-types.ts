import type { Identifier } from '../events/event';
import { identifierTypeNames, identifierTypes, isBuiltIn, traitTypes } from './identifier-types';
import { TypeName, type TypePolicies } from './identifier-types.schema';
import { normalise, type HowCompared } from './normalise';

/** The types of identifiers that a workspace has, those that every one has among them. */
export interface IdentifierTypes {
  /** In the usual order of strength: what names a person before what names a device, a browser's id last. */
  readonly names: readonly string[];
  /** Those of which one person has one value. */
  readonly unique: readonly string[];
  readonly has: (type: string) => boolean;
  /** Whether a type names a person. One that the workspace had once does, since nobody is to be taken for a browser because it has it no more. */
  readonly isKnown: (type: string) => boolean;
  /** In the form in which identifiers of the type are compared; `undefined` for what cannot be one, and for types that there are not. */
  readonly normalise: (type: string, raw: string) => Identifier | undefined;
}

interface Type extends HowCompared {
  readonly isKnown: boolean;
  readonly isUnique: boolean;
}

/** What a policy says of types: how built-in ones are compared, and which there are beside them. */
export const typesOf = (policies?: TypePolicies): IdentifierTypes => (policies ? made(policies) : usualTypes);

function made(policies: TypePolicies): IdentifierTypes {
  const types = new Map<string, Type>(inOrder(policies));
  return {
    names: [...types.keys()],
    unique: [...types].filter(([, { isUnique }]) => isUnique).map(([type]) => type),
    has: (type) => types.has(type),
    isKnown: (type) => types.get(type)?.isKnown ?? true,
    normalise: (type, raw) => {
      const how = types.get(type);
      const value = how && normalise(raw, how);
      return value === undefined ? undefined : { type, value };
    },
  };
}

function inOrder(policies: TypePolicies): [string, Type][] {
  const said = new Map(Object.entries(policies));
  const typeOf = (name: string, type: Type): [string, Type] => [name, { ...type, ...present(said.get(name)) }];
  const builtIn = identifierTypeNames.map((name) => typeOf(name, identifierTypes[name]));
  const names = [...said.keys()].filter((name) => !isBuiltIn(name)).sort();
  const own = names.map((name) => typeOf(name, { form: 'text', isKnown: true, isUnique: false }));
  const last = builtIn.splice(-1);
  const isPerson = ([, { isKnown }]: readonly [string, Type]): boolean => isKnown;
  const others = [...builtIn, ...own];
  return [...others.filter(isPerson), ...others.filter((one) => !isPerson(one)), ...last];
}

const present = (policy: TypePolicies[string] = {}): Partial<Type> =>
  Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));

/** Those of a workspace that has said nothing. */
export const usualTypes = made({});

/**
 * The identifiers that a reference to somebody may mean: in the form that counts now, and as it is written, since what was stored under an
 * earlier policy keeps its form, and its type. Of another person's it is neither.
 */
export function meaningsOf(types: IdentifierTypes, type: string, raw: string): readonly Identifier[] {
  const now = types.normalise(type, raw);
  const written = isFixed(type) ? undefined : normalise(raw, { form: 'text' });
  const isOther = written !== undefined && written !== now?.value;
  return [...(now ? [now] : []), ...(isOther && TypeName.safeParse(type).success ? [{ type, value: written }] : [])];
}

const isFixed = (type: string): boolean => traitTypes.some((one) => one === type);

/** Of a type that a workspace does not have: which it has, and how it comes by more. */
export const noSuchType = ({ names }: Pick<IdentifierTypes, 'names'>): string =>
  `There is no such type of identifier; there are ${names.join(', ')}. PUT /v1/policies/identity makes others, under "types".`;
