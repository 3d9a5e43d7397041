import type { Translate } from '../translation';
import { translateGa4 } from './translate-ga4';

/** Vocabularies in which a source, or a request, may send ordinary events. */
const translators = { 'ga4-ecommerce': translateGa4 } as const satisfies Readonly<Record<string, Translate>>;

export type Vocabulary = keyof typeof translators;
export const vocabularies = Object.keys(translators) as readonly Vocabulary[];

export const isVocabulary = (name: string): name is Vocabulary => Object.hasOwn(translators, name);
export const translatorOf = (vocabulary: Vocabulary): Translate => translators[vocabulary];
