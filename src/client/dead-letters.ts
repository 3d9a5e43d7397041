import type {
  DeadLetter,
  DeadLetterCount,
  DeadLetterFilter,
  DeadLetterQuery,
  DeadLettersChosen,
  Operation,
} from './types';
import { eachOf, type Page } from './pages';
import { path, type Transport } from './transport';

/** Events that were refused, kept out or could not be applied, newest first. */
export function deadLettersOf({ call }: Transport) {
  const list = (query: DeadLetterQuery = {}) =>
    call<Page<DeadLetter>>({ method: 'GET', path: '/v1/dead-letters', query: { ...query } });
  const replay = <Answer>(body: DeadLettersChosen & { readonly dryRun?: boolean }) =>
    call<Answer>({ method: 'POST', path: '/v1/dead-letters/replay', body });
  return {
    list,
    each: (query: DeadLetterQuery = {}) => eachOf(list, query),
    get: (id: string) => call<DeadLetter>({ method: 'GET', path: path`/v1/dead-letters/${id}` }),
    /** Of open ones, unless the filter says otherwise. */
    summary: (filter: DeadLetterFilter = {}) =>
      call<Page<DeadLetterCount>>({ method: 'GET', path: '/v1/dead-letters/summary', query: { ...filter } }),
    /** Lets open ones in by the rules of today. */
    replay: (chosen: DeadLettersChosen) => replay<Operation>(chosen),
    /** How many a replay would take. */
    countReplay: (chosen: DeadLettersChosen) => replay<{ readonly count: number }>({ ...chosen, dryRun: true }),
    /** Gives them up for good. */
    discard: (chosen: DeadLettersChosen, reason: string) =>
      call<{ readonly discarded: number }>({
        method: 'POST',
        path: '/v1/dead-letters/discard',
        body: { ...chosen, reason },
      }),
  };
}
