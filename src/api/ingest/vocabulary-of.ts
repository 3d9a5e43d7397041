import type { Translate } from '../../domain/events/translation';
import { isVocabulary, translatorOf, vocabularies } from '../../domain/events/vocabularies/vocabulary';
import type { SourcePolicy } from '../../store/source-policies';
import { invalidRequest } from '../problem';
import type { IngestCall } from './ingest';

/** The vocabulary that the request names by `X-Heddle-Vocabulary`, else the one of its source's settings. Throws 400. */
export function vocabularyOf(call: IngestCall, policy: SourcePolicy): Translate | undefined {
  const named = call.header('x-heddle-vocabulary');
  if (named !== undefined && !isVocabulary(named))
    throw invalidRequest(`X-Heddle-Vocabulary names none; there is ${vocabularies.join(', ')}.`);
  const vocabulary = named ?? policy.vocabulary;
  return vocabulary && translatorOf(vocabulary);
}
