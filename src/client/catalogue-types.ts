import type { PageQuery } from './pages';

export interface CatalogueQuery extends PageQuery {
  /** Part of the name, in any case. */
  readonly q?: string;
  readonly kind?: string;
  readonly source?: string;
}
export interface CatalogueEvent {
  readonly kind: string;
  readonly name: string;
  readonly count: number;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly sources: readonly { readonly source: string; readonly count: number }[];
}
export interface CatalogueProperty {
  /** `properties` or `traits`, and a path below it as rules write it. */
  readonly path: string;
  /** Share of the sampled events in which it was there and not null. */
  readonly fillRate: number;
  readonly types: readonly { readonly type: string; readonly share: number }[];
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** Where there are few values and none is a person's. */
  readonly samples?: readonly string[];
}
export interface CatalogueDetail extends CatalogueEvent {
  /** How many of the events were looked into. */
  readonly sampled: number;
  readonly identifiers: readonly { readonly type: string; readonly fillRate: number }[];
  readonly properties: readonly CatalogueProperty[];
  /** Properties that were not learned: too many, too deep, or named like an address. */
  readonly unlearned: number;
}
