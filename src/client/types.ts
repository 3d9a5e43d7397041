/** What the API takes and answers, as plain shapes: types only. Instants are RFC 3339 text in UTC. */
export type { Rule } from '../domain/audiences/rule.schema';
export type { JsonObject } from '../domain/json';
export type * from './audience-types';
export type * from './delivery-types';
export type * from './destination-types';
export type * from './enrollment-types';
export type * from './event-types';
export type * from './impact-types';
export type * from './journey-types';
export type * from './operation-types';
export type * from './pages';
export type * from './privacy-types';
export type * from './profile-types';
export type * from './source-types';
export type * from './workspace-types';
