import type { AllowedFolder } from './folder/list-files';
import { createFolderPuller } from './folder/puller';
import { createHttpPuller } from './http/puller';
import { createMongodbPuller } from './mongodb/puller';
import { createNetwork } from './network';
import { createPostgresqlPuller } from './postgresql/puller';
import type { SourceType } from './registry';
import { createSalesforcePuller } from './salesforce/puller';
import type { Puller } from './source';

export interface PullersOptions {
  /** Private hosts and networks that may be asked. */
  readonly allowedTargets: readonly string[];
  /** Folders that may be read, and by whom. */
  readonly sourceFolders: readonly AllowedFolder[];
  /** Of a CSV. */
  readonly maxColumns: number;
}

/** Whoever reads each pulled type. Only workers load this: it brings the drivers along. */
export function createPullers({
  allowedTargets,
  sourceFolders,
  maxColumns,
}: PullersOptions): Readonly<Record<string, Puller>> {
  const network = createNetwork(allowedTargets);
  return {
    http: createHttpPuller(network, maxColumns),
    postgresql: createPostgresqlPuller(network),
    salesforce: createSalesforcePuller(network),
    mongodb: createMongodbPuller(network),
    folder: createFolderPuller({ allowed: sourceFolders, maxColumns }),
  } satisfies Partial<Record<SourceType, unknown>>;
}
