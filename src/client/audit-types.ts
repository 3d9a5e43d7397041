import type { PageQuery } from './pages';

export interface AuditEntry {
  readonly at: string;
  /** Id of the key. */
  readonly key: string;
  /** Method and path, as documented. */
  readonly action: string;
  /** What the path named, without identifiers of people. */
  readonly target: Readonly<Record<string, string>>;
  readonly profile?: string;
  readonly status: number;
  readonly requestId: string;
}

export interface AuditQuery extends PageQuery {
  readonly key?: string;
  /** `prf_…` */
  readonly profile?: string;
}
