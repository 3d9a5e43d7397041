import { audienceRoutes } from './audiences/routes';
import { deadLetterRoutes } from './dead-letters/routes';
import { deliveryRoutes } from './deliveries/routes';
import { healthRoutes } from './health/routes';
import { ingestRoutes } from './ingest/routes';
import { keyRoutes } from './keys/routes';
import { profileRoutes } from './profiles/routes';
import type { Route } from './route';
import { workspaceRoutes } from './workspaces/routes';

/** Every route of the product. Each resource adds its line. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...ingestRoutes,
  ...workspaceRoutes,
  ...keyRoutes,
  ...profileRoutes,
  ...audienceRoutes,
  ...deliveryRoutes,
  ...deadLetterRoutes,
];
