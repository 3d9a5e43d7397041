import { partsOf } from '../../domain/path';
import { literal } from './expression';

/** An event of the catalogue, as far as its types matter. */
export interface LearnedEvent {
  readonly kind: string;
  readonly name: string;
  readonly properties: readonly { readonly path: string; readonly types: readonly { readonly type: string }[] }[];
}
type Types = Map<string, Set<string>>;

const scalars: readonly string[] = ['string', 'number', 'boolean'];

/** The file that gives `event` and `trait` the names and types of a workspace. */
export function writeVocabulary(events: readonly LearnedEvent[]): string {
  const [properties, traits] = [new Map<string, Types>(), new Map() as Types];
  for (const event of events) {
    const types = typesOf(properties, event.kind === 'track' ? event.name : event.kind);
    for (const { path, types: found } of event.properties) {
      const [root, name] = partsOf(path);
      if (typeof name !== 'string') continue;
      learn(root === 'traits' ? traits : types, name, { found, isWhole: partsOf(path).length === 2 });
    }
  }
  const ofEvents = sorted(properties).map(([name, types]) => `    readonly ${quoted(name)}: ${fields(types, '    ')};`);
  return [
    '// Written by `heddle types pull`: what it has learned is written over.',
    "import { wordsOf } from 'heddle/code';\n",
    'export interface Workspace {',
    `  readonly events: {\n${ofEvents.join('\n')}\n  };`,
    `  readonly traits: ${fields(traits, '  ')};`,
    '}\n',
    'export const { event, trait } = wordsOf<Workspace>();\n',
  ].join('\n');
}

function typesOf(properties: Map<string, Types>, name: string): Types {
  const types: Types = properties.get(name) ?? new Map<string, Set<string>>();
  properties.set(name, types);
  return types;
}

interface Seen {
  readonly found: readonly { readonly type: string }[];
  /** Of the property itself, not of something below it. */
  readonly isWhole: boolean;
}
function learn(types: Types, name: string, { found, isWhole }: Seen): void {
  const known = types.get(name) ?? new Set<string>();
  const said = isWhole ? found.map(({ type }) => type).filter((type) => type !== 'null') : ['object'];
  for (const type of said) known.add(scalars.includes(type) ? type : 'unknown');
  types.set(name, known);
}

const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
const quoted = (name: string): string => literal(name);

function fields(types: Types, indent: string): string {
  if (types.size === 0) return 'object';
  const lines = sorted(types).map(([name, known]) => `${indent}  readonly ${quoted(name)}: ${unionOf(known)};`);
  return `{\n${lines.join('\n')}\n${indent}}`;
}

const unionOf = (known: ReadonlySet<string>): string =>
  known.size === 0 || known.has('unknown') ? 'unknown' : [...known].sort().join(' | ');
