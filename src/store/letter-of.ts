import { eventKinds, type Event, type EventKind } from '../domain/events/event';
import { identifiersOf } from '../domain/events/event-identifiers';
import { EventReader } from '../domain/events/event-reader';
import type { JsonLimits } from '../domain/events/measure-json';
import type { IdentifierTypes } from '../domain/identity/workspace-types';
import type { WorkspaceId } from '../domain/ids';
import { isJsonObject, own, type JsonObject } from '../domain/json';
import { isTooDeep } from '../domain/json-depth';
import { isPersonalText } from '../domain/personal';
import type { DeadLetter } from './dead-letters';
import type { IdentifierRepository } from './identifiers';
import { sha256Of, withoutKeyTexts } from './key-text';

/** How much is kept of what cannot be kept whole. */
const beginningKept = 4_096;

/** Whom it came from, and how; `naming` is whom its envelope names. */
type Arrival = Required<Pick<DeadLetter, 'at' | 'source' | 'isTrusted' | 'lane'>> &
  Pick<DeadLetter, 'envelope' | 'naming'>;

interface RefusedEvent extends Pick<DeadLetter, 'messageId' | 'notWhole'> {
  readonly stage: 'rejected' | 'quarantined';
  readonly rejection: Pick<DeadLetter, 'code' | 'path' | 'message'>;
  /** As it came, in our own words where they could be found. */
  readonly raw: unknown;
  /** That its path named; else it says so itself. */
  readonly kind?: EventKind | undefined;
  /** Of one that could be read, and is within the limits however long its escapes are. */
  readonly event?: Event;
}

interface LetterDeps {
  readonly identifiers: Pick<IdentifierRepository, 'key'>;
  readonly limits: JsonLimits;
  /** Of the workspace. */
  readonly types: IdentifierTypes;
}

/** The letter of an event that was refused or is kept out, whichever way it came: whole where it can be, so that it can be replayed. */
export function letterOf(
  { identifiers, limits, types }: LetterDeps,
  ws: WorkspaceId,
  arrival: Arrival,
  { stage, rejection, raw, kind, messageId, notWhole, event }: RefusedEvent,
): DeadLetter {
  const naming = isJsonObject(raw) ? keysNamed({ identifiers, types }, ws, raw) : undefined;
  return {
    ...{ stage, ...arrival, ...rejection },
    ...(messageId !== undefined && { messageId }),
    ...describe(raw, kind),
    ...(raw !== undefined && (event ? { payload: textOf(raw) } : keptOf(raw, limits))),
    ...(notWhole && { notWhole }),
    ...(naming && { naming: [...new Set([...(arrival.naming ?? []), ...naming])] }),
  };
}

interface RefusedRow extends Pick<DeadLetter, 'code' | 'path' | 'message'> {
  readonly at: number;
  readonly source: string;
  /** Of the row and what it says. */
  readonly name: string;
  readonly text: string | undefined;
}

/** The letter of a row that never became an event. Nothing lets it in: what would read it again is the next run. */
export function rowLetterOf({ name, text, ...refused }: RefusedRow): DeadLetter & { readonly id: string } {
  return {
    ...{
      id: rowLetterId(refused.source, name, refused.code),
      stage: 'rejected',
      ...refused,
      notWhole: 'not_translated',
    },
    ...(text !== undefined && { payload: beginningOf(withoutKeyTexts(text)) }),
  };
}

/** Of the source and the row, so that a row that is read and refused again is one letter. */
export const rowLetterId = (source: string, name: string, code: string): string =>
  `ddl_${sha256Of(JSON.stringify([source, name, code])).slice(0, 32)}`;

/** JSON as a letter keeps it, without write keys. Of what is beyond the limits only the beginning, or, where it nests too deep to be written, nothing. */
export function keptOf(value: unknown, limits: JsonLimits): Pick<DeadLetter, 'payload' | 'notWhole'> {
  if (isTooDeep(value, limits.maxDepth)) return { notWhole: 'too_deep' };
  const payload = textOf(value);
  if (Buffer.byteLength(payload) <= limits.maxBytes) return { payload };
  return { payload: beginningOf(payload), notWhole: 'too_large' };
}

/** The name of a `track`, for those who may not see people: none that has the form of somebody's address. */
export function nameInLetters(kind: string | undefined, name: unknown): Pick<DeadLetter, 'event'> {
  if (kind !== 'track' || typeof name !== 'string' || name === '' || name.length > 255) return {};
  return name.isWellFormed() && !isPersonalText(name) ? { event: name } : {};
}

const textOf = (value: unknown): string => withoutKeyTexts(JSON.stringify(value));
const beginningOf = (text: string): string => text.slice(0, beginningKept).toWellFormed();

/** Kind and name, as far as they can be read. */
function describe(raw: unknown, known: EventKind | undefined): Pick<DeadLetter, 'kind' | 'event'> {
  const object = isJsonObject(raw) ? raw : {};
  const kind = known ?? eventKinds.find((one) => one === own(object, 'type'));
  return { ...(kind && { kind }), ...nameInLetters(kind, own(object, 'event')) };
}

/** The keys of whom an event as it came can be read to name, or what a batch says for all its events. */
export function keysNamed(
  { identifiers, types }: Pick<LetterDeps, 'identifiers' | 'types'>,
  ws: WorkspaceId,
  raw: JsonObject,
): readonly string[] {
  const object = (key: string): JsonObject => {
    const value = own(raw, key);
    return isJsonObject(value) ? value : {};
  };
  const facts = { context: object('context'), traits: object('traits') };
  // Whatever kind it claims to be: an alias names a browser by a field that others do not have.
  const named = (['identify', 'alias'] as const).flatMap((kind) =>
    identifiersOf(new EventReader(raw), { kind, ...facts }, { types }),
  );
  return [...new Set(named.map((identifier) => identifiers.key(ws, identifier)))];
}
