import { own } from '../domain/json';
import { folder } from './folder/folder';
import { httpApi } from './http-api/http-api';
import { http } from './http/http';
import { hubspot } from './hubspot/hubspot';
import { mongodb } from './mongodb/mongodb';
import { postgresql } from './postgresql/postgresql';
import { salesforceObject } from './salesforce/salesforce';
import { shopify } from './shopify/shopify';
import type { SourceKind } from './source';
import { stripe } from './stripe/stripe';
import { zendesk } from './zendesk/zendesk';

/** Every kind of source there is. */
const sources = {
  api: httpApi,
  shopify,
  stripe,
  hubspot,
  zendesk,
  http,
  postgresql,
  salesforce: salesforceObject,
  mongodb,
  folder,
} as const satisfies Readonly<Record<string, SourceKind>>;

export type SourceType = keyof typeof sources;
export const sourceTypes = Object.keys(sources) as readonly SourceType[];

export const findSourceKind = (type: string): SourceKind | undefined => own<SourceKind>(sources, type);
