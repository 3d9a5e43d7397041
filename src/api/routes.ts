import { attachmentRoutes } from './audiences/attachment-routes';
import { audienceRoutes } from './audiences/routes';
import { deadLetterRoutes } from './dead-letters/routes';
import { deliveryRoutes } from './deliveries/routes';
import { destinationRoutes } from './destinations/routes';
import { enrollmentRoutes } from './enrollments/routes';
import { healthRoutes } from './health/routes';
import { impactRoutes } from './impact/routes';
import { ingestRoutes } from './ingest/routes';
import { journeyRoutes } from './journeys/routes';
import { keyRoutes } from './keys/routes';
import { operationRoutes } from './operations/routes';
import { profileRoutes } from './profiles/routes';
import type { Route } from './route';
import { pullRoutes } from './sources/pull-routes';
import { sourceRoutes } from './sources/routes';
import { workspaceRoutes } from './workspaces/routes';

/** Every route of the product. Each resource adds its line. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...ingestRoutes,
  ...workspaceRoutes,
  ...keyRoutes,
  ...profileRoutes,
  ...audienceRoutes,
  ...attachmentRoutes,
  ...destinationRoutes,
  ...journeyRoutes,
  ...enrollmentRoutes,
  ...deliveryRoutes,
  ...deadLetterRoutes,
  ...impactRoutes,
  ...operationRoutes,
  ...sourceRoutes,
  ...pullRoutes,
];
