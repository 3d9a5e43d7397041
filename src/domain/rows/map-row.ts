import { own, type Json, type JsonObject } from '../json';
import { conversionOf, fold, type Convert } from './convert-value';
import { targetsOf } from './mapping-problems';
import { rowKinds, type FactTarget, type RowKind, type RowMapping, type Target } from './row-mapping.schema';
import { CellReader } from './cell-reader';
import type { RowRejection } from './row-rejection';

/** An event as the door takes it from any sender; it is checked there like all others. */
export type MappedRow = { readonly event: JsonObject } | { readonly rejection: RowRejection };

/** `makeMessageId` is asked for rows that bring no message id; the same row must get the same one, so that it counts once. */
export type MapRow = (row: JsonObject, makeMessageId: () => string) => MappedRow;

/** One target made ready: what it does to the event that is being built. */
type Write = (reader: CellReader, event: Draft) => void;

/** What a row has said so far. Keys are data, so all that has keys of the sender's is a map until the end. */
interface Draft {
  readonly fields: Map<string, Json>;
  /** What the context says of the group. */
  readonly group: Map<string, Json>;
  readonly externalIds: Json[];
  readonly traits: Map<string, Json>;
  readonly properties: Map<string, Json>;
  readonly consent: Map<string, boolean>;
}

/**
 * Makes a mapping ready for many rows: a row (text of a CSV, any JSON of an NDJSON or a table) becomes one event, or the first reason
 * why not. Pure, so that a row that is read again becomes the same event.
 */
export function rowMapper(mapping: RowMapping): MapRow {
  const columns = targetsOf(mapping);
  const writes = columns.map(({ column, target }) => writeOf(column, target, mapping));
  const mapped = new Set(columns.map(({ column }) => column));
  const { traits = {}, properties = {}, event, groupId, groupType } = mapping.constants;
  return (row, makeMessageId) => {
    const reader = new CellReader(row, mapping);
    const draft: Draft = {
      fields: new Map<string, Json>([['type', mapping.type], ...present({ event, groupId })]),
      group: new Map(present({ groupType })),
      externalIds: [],
      traits: new Map(Object.entries(traits)),
      properties: new Map(Object.entries(properties)),
      consent: new Map(),
    };
    for (const write of writes) write(reader, draft);
    if (mapping.unmapped !== 'ignore') takeUnmapped(reader, { draft, mapping, mapped });
    return finish(reader, draft, makeMessageId);
  };
}

function finish(reader: CellReader, draft: Draft, makeMessageId: () => string): MappedRow {
  const { fields, externalIds } = draft;
  if (!fields.has('userId') && !fields.has('anonymousId') && externalIds.length === 0)
    reader.refuse('no_identifier', '', 'All identifiers of the row are empty; fill in one of them.');
  const type = fields.get('type') as RowKind;
  const needed = neededFields[type];
  if (needed !== undefined && !fields.has(needed))
    reader.refuse('missing_value', '', `The row is a ${type} and its ${needed} is empty; fill it in.`);
  if (reader.rejection) return { rejection: reader.rejection };
  const facts = {
    ...(type !== 'track' && { traits: Object.fromEntries(draft.traits) }),
    ...(type !== 'identify' && { properties: Object.fromEntries(draft.properties) }),
  };
  const messageId = fields.get('messageId') ?? makeMessageId();
  return { event: { ...Object.fromEntries(fields), messageId, ...facts, ...contextOf(draft) } };
}

const neededFields: Readonly<Record<RowKind, string | undefined>> = {
  identify: undefined,
  track: 'event',
  group: 'groupId',
};

function contextOf({ group, externalIds, consent }: Draft): { readonly context?: JsonObject } {
  const context: JsonObject = {
    ...Object.fromEntries(group),
    ...(externalIds.length > 0 && { externalIds }),
    ...(consent.size > 0 && { consent: { categoryPreferences: Object.fromEntries(consent) } }),
  };
  return Object.keys(context).length > 0 ? { context } : {};
}

type Writers = {
  readonly [To in Target['to']]: (column: string, target: Extract<Target, { to: To }>, mapping: RowMapping) => Write;
};

const writers: Writers = {
  identifier: (column, { type }) => identifierWrite(column, type),
  trait: factWrite,
  property: factWrite,
  consent: consentWrite,
  type: typeWrite,
  occurredAt: (column, target) => occurredAtWrite(column, conversionOf(target.as ?? 'instant')),
  messageId: (column) => idWrite(column, 'messageId'),
  event: (column) => idWrite(column, 'event'),
  groupId: (column) => idWrite(column, 'groupId'),
  groupRole:
    (column) =>
    (reader, { group }) => {
      const role = reader.id(column);
      if (role !== undefined) group.set('groupRole', role);
    },
  nothing: () => () => undefined,
};

const writeOf = <To extends Target['to']>(
  column: string,
  target: Extract<Target, { to: To }> & { readonly to: To },
  mapping: RowMapping,
): Write => writers[target.to](column, target, mapping);

const ownFields: Readonly<Record<string, string>> = { user_id: 'userId', anonymous_id: 'anonymousId' };

/** A user id and an anonymous id have a field of their own; a second one of the type, and all other types, are external ids. */
function identifierWrite(column: string, type: string): Write {
  return (reader, { fields, externalIds }) => {
    const id = reader.id(column);
    if (id === undefined) return;
    const field = own(ownFields, type);
    if (field !== undefined && !fields.has(field)) fields.set(field, id);
    else externalIds.push({ type, id });
  };
}

function idWrite(column: string, field: string): Write {
  return (reader, { fields }) => {
    const id = reader.id(column);
    if (id !== undefined) fields.set(field, id);
  };
}

function factWrite(column: string, target: FactTarget, mapping: RowMapping): Write {
  const name = target.name ?? column;
  const convert = conversionOf(target.as);
  const blank = target.blank ?? mapping.blank;
  const meaning = { blank, null: target.null ?? mapping.null };
  return (reader, draft) => {
    const value = reader.fact(column, convert, meaning);
    if (value !== undefined) draft[target.to === 'trait' ? 'traits' : 'properties'].set(name, value);
  };
}

function consentWrite(column: string, target: Extract<Target, { to: 'consent' }>): Write {
  const { purpose, granted, denied } = target;
  const words = new Map([
    ...granted.map((word) => [fold(word), true] as const),
    ...denied.map((word) => [fold(word), false] as const),
  ]);
  return (reader, { consent }) => {
    const value = reader.value(column);
    if (value === undefined) return;
    const isGranted = typeof value === 'object' ? undefined : words.get(fold(String(value)));
    if (isGranted !== undefined) consent.set(purpose, isGranted);
    else
      reader.refuse(
        'invalid_consent',
        column,
        `The value is neither of ${granted.join(', ')} nor of ${denied.join(', ')}.`,
      );
  };
}

function typeWrite(column: string): Write {
  return (reader, { fields }) => {
    const value = reader.value(column);
    const kind = rowKinds.find((one) => one === value);
    if (kind) fields.set('type', kind);
    else if (value !== undefined)
      reader.refuse('unknown_type', column, `The type of a row is one of ${rowKinds.join(', ')}.`);
  };
}

function occurredAtWrite(column: string, convert: Convert): Write {
  return (reader, { fields }) => {
    const value = reader.fact(column, convert, { blank: 'keep', null: 'keep' });
    if (value !== undefined) fields.set('timestamp', value);
  };
}

interface Unmapped {
  readonly draft: Draft;
  readonly mapping: RowMapping;
  readonly mapped: ReadonlySet<string>;
}

const asItStands = conversionOf(undefined);

function takeUnmapped(reader: CellReader, { draft, mapping, mapped }: Unmapped): void {
  const facts = mapping.unmapped === 'property' ? draft.properties : draft.traits;
  for (const column of Object.keys(reader.row)) {
    if (mapped.has(column)) continue;
    const value = reader.fact(column, asItStands, mapping);
    if (value !== undefined) facts.set(column, value);
  }
}

const present = (values: Readonly<Record<string, string | undefined>>): [string, Json][] =>
  Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
