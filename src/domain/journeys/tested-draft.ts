import { compileJourney, type CompiledJourney } from './compiled-journey';
import type { JourneyDefinition } from './journey.schema';

/** The version of a run that tests a draft, which has none yet. */
export const draftVersion = 0;

/** The draft that a test walks: a parsed definition as JSON text, as it was when the test began, whatever is saved since. */
export const testedDraft = (draftJson: string): CompiledJourney =>
  compileJourney(JSON.parse(draftJson) as JourneyDefinition, draftVersion, 'published');
