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
  /** Of an answer that is read in one go. */
  readonly maxPageBytes: number;
}

/** Whoever reads each pulled type. Only workers load this: it brings the drivers along. */
export function createPullers({
  allowedTargets,
  sourceFolders,
  maxColumns,
  maxPageBytes,
}: PullersOptions): Readonly<Record<string, Puller>> {
  const network = createNetwork(allowedTargets);
  return {
    http: createHttpPuller(network, { maxColumns, maxPageBytes }),
    postgresql: createPostgresqlPuller(network),
    salesforce: createSalesforcePuller(network, maxPageBytes),
    mongodb: createMongodbPuller(network),
    folder: createFolderPuller({ allowed: sourceFolders, maxColumns }),
  } satisfies Partial<Record<SourceType, unknown>>;
}
