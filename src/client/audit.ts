import type { AuditEntry, AuditQuery } from './audit-types';
import { eachOf, type Page } from './pages';
import type { Transport } from './transport';

/** What was changed in the workspace, and with which key. */
export function auditOf({ call }: Transport) {
  const list = (query: AuditQuery = {}) =>
    call<Page<AuditEntry>>({ method: 'GET', path: '/v1/audit', query: { ...query } });
  return { list, each: (query: AuditQuery = {}) => eachOf(list, query) };
}
