import { own } from '../domain/json';
import { folder } from './folder/folder';
import { httpApi } from './http-api/http-api';
import { http } from './http/http';
import { mongodb } from './mongodb/mongodb';
import { postgresql } from './postgresql/postgresql';
import { salesforceObject } from './salesforce/salesforce';
import type { SourceKind } from './source';

/** Every kind of source there is. */
const sources = {
  api: httpApi,
  http,
  postgresql,
  salesforce: salesforceObject,
  mongodb,
  folder,
} as const satisfies Readonly<Record<string, SourceKind>>;

export type SourceType = keyof typeof sources;
export const sourceTypes = Object.keys(sources) as readonly SourceType[];

export const findSourceKind = (type: string): SourceKind | undefined => own<SourceKind>(sources, type);
