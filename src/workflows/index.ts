/** What Temporal can run: each export is a workflow type, known by its name. */
export { backfill } from './backfill';
export { clock } from './clock';
export { destinationTest } from './destination-test';
export { enrollment } from './enrollment';
export { intake } from './intake';
export { operation } from './operation';
export { pull } from './pull';
export { scheduledEntry } from './scheduled-entry';
export { sourceTest } from './source-test';
export { sync } from './sync';
