import { ImpactAudienceRepository } from './impact-audiences';
import { ImpactDeliveryRepository } from './impact-deliveries';
import { ImpactExperimentRepository } from './impact-experiments';
import { ImpactFreshnessRepository } from './impact-freshness';
import { ImpactJourneyRepository } from './impact-journeys';
import type { StoreConnection } from './open-store';

/** What reports ask of the store: sums over what the other repositories write. */
export const createImpactStore = (connection: StoreConnection) => ({
  audiences: new ImpactAudienceRepository(connection),
  deliveries: new ImpactDeliveryRepository(connection),
  experiments: new ImpactExperimentRepository(connection),
  freshness: new ImpactFreshnessRepository(connection),
  journeys: new ImpactJourneyRepository(connection),
});
