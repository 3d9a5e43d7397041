import type { Operation } from './operation-types';
import { eachOf, type Page, type PageQuery } from './pages';
import { path, type Transport } from './transport';

export type OperationQuery = PageQuery & { readonly kind?: string; readonly status?: Operation['status'] };

const pollMs = 500;

export function operationsOf({ call }: Transport) {
  const list = (query: OperationQuery = {}) =>
    call<Page<Operation>>({ method: 'GET', path: '/v1/operations', query: { ...query } });
  const get = (id: string) => call<Operation>({ method: 'GET', path: path`/v1/operations/${id}` });
  return {
    list,
    each: (query: OperationQuery = {}) => eachOf(list, query),
    get,
    /** Stops one after the step it is at; what is done stays done. */
    cancel: (id: string) =>
      call<Operation>({ method: 'POST', path: path`/v1/operations/${id}/cancel`, isRepeatable: true }),
    /** Asks until it has ended. `onProgress` is told each answer. */
    wait: async (id: string, onProgress?: (operation: Operation) => void): Promise<Operation> => {
      for (;;) {
        const operation = await get(id);
        onProgress?.(operation);
        if (operation.status !== 'running') return operation;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    },
  };
}
