import { compileJourney, type CompiledJourney } from './compiled-journey';
import type { JourneyDefinition } from './journey.schema';

/** The version of a run that tests a draft, which has none yet. */
export const draftVersion = 0;

/** The draft that a run tests, if it tests one: a parsed definition as JSON text, as it was when the test began, whatever is saved since. */
export const testedDraft = (test: { readonly draftJson?: string } | undefined): CompiledJourney | undefined =>
  test?.draftJson === undefined
    ? undefined
    : compileJourney(JSON.parse(test.draftJson) as JourneyDefinition, draftVersion, 'published');
