import { isBuiltIn } from '../domain/identity/identifier-types';
import { own } from '../domain/json';
import { plainConversions, type Conversion, type Target } from '../domain/rows/row-mapping.schema';
import { usageError } from './command-error';

/** Columns with what they say, as repeated options gather them. */
export type MappedColumns = Readonly<Record<string, readonly Target[]>>;

const plainTargets = ['occurredAt', 'messageId', 'type', 'event', 'groupId', 'groupRole', 'nothing'] as const;
const forms =
  'column=user_id (or another identifier), column=identifier:type of one of your own types, column=trait:name, column=property:name, column=consent:purpose, or column=occurredAt, event, groupId, groupRole, type, messageId or nothing. trait and property may end in a type: age=trait:age:integer';

/** `column=target` of a repeatable option, gathered. A column may be named more than once. */
export function addColumn(text: string, gathered: MappedColumns = {}): MappedColumns {
  const at = text.lastIndexOf('=');
  if (at < 1) throw usageError(`Write ${forms}. "${text}" has no column before an "=".`);
  const [column, said] = [text.slice(0, at), text.slice(at + 1)];
  const target = readTarget(said);
  if (!target) throw usageError(`Write ${forms}. "${said}" is none of these.`);
  return { ...gathered, [column]: [...(own(gathered, column) ?? []), target] };
}

function readTarget(text: string): Target | undefined {
  if (isBuiltIn(text)) return { to: 'identifier', type: text };
  const plain = plainTargets.find((one) => one === text);
  if (plain !== undefined) return { to: plain };
  const [to, name = '', as] = text.split(':');
  if (name === '') return undefined;
  return to === 'trait' || to === 'property' ? factOf(to, name, as) : nameOf(to, name, as);
}

/** Which types a workspace has beside the built-in ones, and which purposes, the server knows. */
function nameOf(to: string | undefined, name: string, as: string | undefined): Target | undefined {
  if (as !== undefined) return undefined;
  if (to === 'identifier') return { to, type: name };
  return to === 'consent' ? ({ to, purpose: name } as Target) : undefined;
}

function factOf(to: 'trait' | 'property', name: string, as: string | undefined): Target | undefined {
  if (as === undefined) return { to, name };
  const conversion: Conversion | undefined = plainConversions.find((one) => one === as);
  return conversion && { to, name, as: conversion };
}
