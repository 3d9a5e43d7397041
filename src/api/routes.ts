import { healthRoutes } from './health/routes';
import { ingestRoutes } from './ingest/routes';
import { keyRoutes } from './keys/routes';
import type { Route } from './route';
import { workspaceRoutes } from './workspaces/routes';

/** Every route of the product. Each resource adds its line. */
export const routes: readonly Route[] = [...healthRoutes, ...ingestRoutes, ...workspaceRoutes, ...keyRoutes];
