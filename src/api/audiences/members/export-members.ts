import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { own, type Json, type JsonObject } from '../../../domain/json';
import { firstAt, isPath } from '../../../domain/path';
import { noSuchType } from '../../../domain/identity/workspace-types';
import { identifiersByType, presentTraits } from '../../../domain/profiles/present';
import { presentInstant } from '../../instant';
import { variablesOf } from '../../../folding/read-variables';
import type { AudienceDoc } from '../../../store/documents';
import { invalidRequest } from '../../problem';
import type { KeyCall } from '../../route';
import { presentVariables } from '../presenter';
import { readMembers } from './served-members';

const membersAtATime = 500;

/** What is written of each member, in this order. */
interface Fields {
  readonly identifiers: readonly string[];
  /** Paths into their traits. */
  readonly traits: readonly string[];
}

interface MemberLine {
  readonly profile: string;
  readonly enteredAt: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly traits: JsonObject;
  /** Of an audience that has some. */
  readonly variables?: JsonObject;
}

/** Reads which columns are asked for. Throws 400 for a type of identifier that there is not, and for what is no path. */
export async function fieldsOf(
  { deps, ws }: KeyCall,
  query: { readonly identifiers?: string | undefined; readonly traits?: string | undefined },
): Promise<Fields> {
  const types = await deps.store.workspaces.identifierTypes(ws);
  const identifiers = query.identifiers === undefined ? types.names : listed(query.identifiers);
  if (!identifiers.every((type) => types.has(type))) {
    const message = noSuchType(types);
    throw invalidRequest(message, [{ in: 'query', pointer: '/identifiers', message }]);
  }
  const traits = query.traits === undefined ? [] : listed(query.traits);
  if (!traits.every(isPath)) {
    const message = 'Name traits, or paths into them such as address.city, by comma.';
    throw invalidRequest(message, [{ in: 'query', pointer: '/traits', message }]);
  }
  return { identifiers, traits };
}

const listed = (text: string): string[] => [...new Set(text.split(',').map((part) => part.trim()))].filter(Boolean);

/**
 * Members as they are when their page is read, a page at a time. Cells that a spreadsheet would take for a formula get an apostrophe in front
 * (OWASP, "CSV injection").
 */
export function exportMembers(
  call: KeyCall,
  audience: AudienceDoc,
  { format, ...fields }: Fields & { readonly format: 'csv' | 'ndjson' },
): Readable {
  const lines = linesOf(call, audience, fields);
  if (format === 'ndjson') return Readable.from(asNdjson(lines));
  const variables = Object.keys(presentVariables(audience).variables ?? {});
  const columns = [
    ...['profile', 'entered_at', ...fields.identifiers],
    ...fields.traits.map((path) => `traits.${path}`),
    ...variables.map((name) => `variables.${name}`),
  ];
  const csv = stringify({ header: true, columns, escape_formulas: true });
  // An error on the way ends the answer half way, which the sender of the request notices.
  pipeline(Readable.from(asCells(lines, { ...fields, variables })), csv, () => undefined);
  return csv;
}

async function* linesOf({ deps, ws, now }: KeyCall, audience: AudienceDoc, { identifiers, traits }: Fields) {
  const { profiles } = deps.store;
  const readVariables = await variablesOf(deps.store, ws, audience);
  for (let after: string | undefined; ;) {
    const page = await readMembers(deps.store, ws, { audience: audience.key, limit: membersAtATime, after });
    const read = await profiles.byIds(
      ws,
      page.map(({ profile }) => profile),
    );
    const people = new Map(read.map((profile) => [profile.id, profile]));
    for (const { profile: id, enteredAt } of page) {
      const profile = people.get(id);
      // Who was merged or erased since the page was read is no member any more.
      if (!profile || profile.mergedInto !== undefined || profile.erasedAt !== undefined) continue;
      const known = identifiersByType(profile);
      const said = presentTraits(profile, now);
      const line: MemberLine = {
        ...{ profile: id, enteredAt: presentInstant(enteredAt) },
        identifiers: pick(identifiers, (type) => known[type]),
        traits: pick(traits, (path) => firstAt(said, path)),
        ...(readVariables && { variables: await readVariables(profile, now) }),
      };
      yield line;
    }
    after = page.at(-1)?.cursor;
    if (page.length < membersAtATime) return;
  }
}

/** Of these names, those of which there is something. */
function pick<Value>(names: readonly string[], of: (name: string) => Value | undefined): Record<string, Value> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = of(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

async function* asNdjson(lines: AsyncIterable<MemberLine>) {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

async function* asCells(
  lines: AsyncIterable<MemberLine>,
  { identifiers, traits, variables }: Fields & { readonly variables: readonly string[] },
) {
  for await (const { profile, enteredAt, ...line } of lines)
    yield [
      profile,
      enteredAt,
      ...identifiers.map((type) => own(line.identifiers, type) ?? ''),
      ...traits.map((path) => toCell(own(line.traits, path))),
      ...variables.map((name) => toCell(line.variables && own(line.variables, name))),
    ];
}

function toCell(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
