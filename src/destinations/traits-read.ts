import { parsePath } from '../domain/path';
import { isConstant, isFromPath, isFromTemplate, type Mapping, type MappingValue } from './mapping.schema';
import { templatePaths } from './render-template';

/** The traits a mapping reads, by their top-level names: those and no others leave with a send. */
export const traitsRead = (mapping: Mapping): string[] => namesUnder(mapping, 'traits');

/** Keys of the computed traits that a mapping reads. */
export const computedKeysRead = (mapping: Mapping): string[] => namesUnder(mapping, 'computed');

/** Types of identifiers that a mapping reads. */
export const identifiersRead = (mapping: Mapping): string[] => namesUnder(mapping, 'identifiers');

function namesUnder(mapping: Mapping, under: string): string[] {
  const names = Object.values(mapping)
    .flatMap(pathsIn)
    .flatMap(([root, name]) => (root === under && typeof name === 'string' ? [name] : []));
  return [...new Set(names)];
}

type Steps = readonly unknown[];

function pathsIn(value: MappingValue): Steps[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.flatMap(pathsIn);
  if (isConstant(value)) return [];
  if (isFromPath(value)) return [parsePath(value.from) ?? []];
  if (isFromTemplate(value)) return templatePaths(value.template);
  return Object.values(value).flatMap(pathsIn);
}
