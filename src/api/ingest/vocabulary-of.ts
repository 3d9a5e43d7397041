import { LRUCache } from 'lru-cache';
import { isJsonObject, own, type Json } from '../../domain/json';
import type { Translate } from '../../domain/events/translation';
import { isVocabulary, translatorOf, vocabularies, type Vocabulary } from '../../domain/events/vocabularies/vocabulary';
import type { SourceRepository } from '../../store/sources';
import { invalidRequest } from '../problem';
import type { IngestCall } from './ingest';

/** A changed setting counts no later than this. */
const cachedMs = 5_000;
const cachedSources = 10_000;

type Known = LRUCache<string, { readonly vocabulary: Vocabulary | undefined }>;
const knownOf = new WeakMap<SourceRepository, Known>();

/** The vocabulary that the request names by `X-Heddle-Vocabulary`, else the one of its source's settings. Throws 400. */
export async function vocabularyOf(call: IngestCall): Promise<Translate | undefined> {
  const named = call.header('x-heddle-vocabulary');
  if (named !== undefined && !isVocabulary(named))
    throw invalidRequest(`X-Heddle-Vocabulary names none; there is ${vocabularies.join(', ')}.`);
  const vocabulary = named ?? (await ofSource(call));
  return vocabulary && translatorOf(vocabulary);
}

async function ofSource({ deps, ws, principal }: IngestCall): Promise<Vocabulary | undefined> {
  const { sources } = deps.store;
  const known = knownOf.get(sources) ?? new LRUCache({ max: cachedSources, ttl: cachedMs });
  knownOf.set(sources, known);
  const id = `${ws}:${principal.source}`;
  const cached = known.get(id);
  if (cached) return cached.vocabulary;
  const source = await sources.find(ws, principal.source);
  const vocabulary = source?.type === 'api' ? vocabularyIn(JSON.parse(source.settingsJson) as Json) : undefined;
  known.set(id, { vocabulary });
  return vocabulary;
}

function vocabularyIn(settings: Json): Vocabulary | undefined {
  const named = isJsonObject(settings) ? own(settings, 'vocabulary') : undefined;
  return typeof named === 'string' && isVocabulary(named) ? named : undefined;
}
