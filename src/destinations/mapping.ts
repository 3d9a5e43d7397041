import { isJsonObject, type Json, type JsonObject } from '../domain/json';
import { allAt } from '../domain/path';
import {
  isConstant,
  isFromPath,
  isFromTemplate,
  type FromPath,
  type FromTemplate,
  type Mapping,
  type MappingValue,
} from './mapping.schema';
import { renderTemplate } from './render-template';
import { applyTransform, transformName } from './transforms';

/** Where in the mapping it went wrong, and why. Holds no value of a person. */
export interface MappingProblem {
  readonly path: string;
  readonly message: string;
}

export type Mapped = { readonly payload: JsonObject } | { readonly rejected: MappingProblem };

/** What is being read, and what was missing so far. */
interface Reading {
  readonly facts: JsonObject;
  readonly problems: MappingProblem[];
}

/**
 * Builds a payload from facts: `traits`, `computed`, `identifiers`, `event`, `entry`, `steps`. Something that is missing, or that a transform
 * cannot take, is replaced by its `default`; without one the item is rejected, with the first reason.
 */
export function applyMapping(mapping: Mapping, facts: JsonObject): Mapped {
  const reading: Reading = { facts, problems: [] };
  const payload = mapObject(mapping, reading, '');
  const [rejected] = reading.problems;
  return rejected ? { rejected } : { payload };
}

function mapObject(fields: Readonly<Record<string, MappingValue>>, reading: Reading, at: string): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, mapValue(value, reading, at === '' ? name : `${at}.${name}`)]),
  );
}

function mapValue(value: MappingValue, reading: Reading, at: string): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((element, index) => mapValue(element, reading, `${at}[${index}]`));
  if (isConstant(value)) return value.constant;
  if (!isFromPath(value) && !isFromTemplate(value)) return mapObject(value, reading, at);
  const made = make(value, reading.facts);
  if ('value' in made) return made.value;
  if (value.default !== undefined) return value.default;
  reading.problems.push({ path: at, message: made.problem });
  return null;
}

type Made = { readonly value: Json } | { readonly problem: string };

function make(value: FromPath | FromTemplate, facts: JsonObject): Made {
  let made = isFromPath(value) ? readPath(value.from, facts) : render(value.template, facts);
  for (const transform of value.transform ?? []) {
    if ('problem' in made) return made;
    const next = applyTransform(transform, made.value);
    made =
      next === undefined
        ? { problem: `"${transformName(transform)}" cannot take a ${kindOf(made.value)} like this one.` }
        : { value: next };
  }
  return made;
}

function readPath(path: string, facts: JsonObject): Made {
  const value = allAt(facts, path);
  return value === undefined ? { problem: `Nothing is at "${path}"; add a "default" if that may be.` } : { value };
}

function render(template: string, facts: JsonObject): Made {
  const rendered = renderTemplate(template, facts);
  return 'text' in rendered ? { value: rendered.text } : rendered;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return isJsonObject(value) ? 'object' : typeof value;
}
