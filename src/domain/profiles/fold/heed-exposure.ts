import type { RuleEvent } from '../../events/event';
import type { Enrollment } from '../../journeys/enrollment';
import type { CompiledJourney } from '../../journeys/compiled-journey';
import { convertExposed, exposuresField, withExposure } from '../../journeys/exposure';
import type { Cause } from '../../journeys/trigger';
import { omit } from '../../json';
import type { OpenProfile } from './open-profile';

/** Takes down which variant of an experiment the person gets. Of somebody restricted nothing is measured. */
export function heedExposure(open: OpenProfile, event: RuleEvent): void {
  if (open.profile.restrictedAt === undefined) keep(open, withExposure(open.profile.experiments, event));
}

/** Takes down that the person has reached the goal of an experiment, if that is of this journey. */
export function heedConversion(open: OpenProfile, run: Enrollment, journey: CompiledJourney, cause: Cause): void {
  const { experiments, restrictedAt } = open.profile;
  if (experiments && restrictedAt === undefined) keep(open, convertExposed(experiments, run, journey, cause));
}

function keep(open: OpenProfile, experiments: OpenProfile['profile']['experiments']): void {
  if (experiments !== open.profile.experiments)
    open.profile = { ...omit(open.profile, 'experiments'), ...exposuresField(experiments) };
}
