import { own } from '../domain/json';
import { httpApi } from './http-api/http-api';
import type { SourceKind } from './source';

/** Every kind of source there is. */
const sources = {
  api: httpApi,
} as const satisfies Readonly<Record<string, SourceKind>>;

export type SourceType = keyof typeof sources;
export const sourceTypes = Object.keys(sources) as readonly SourceType[];

export const findSourceKind = (type: string): SourceKind | undefined => own<SourceKind>(sources, type);
