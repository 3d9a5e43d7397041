import type { JsonObject } from '../domain/json';

export interface DestinationDefinition {
  readonly type: string;
  readonly name: string;
  readonly settings: JsonObject;
  /** Written, never read back. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly purpose?: string;
  readonly enabled?: boolean;
}
export interface Destination extends Omit<DestinationDefinition, 'secrets'> {
  readonly key: string;
  readonly enabled: boolean;
  /** By what it reaches people, where it says so: what suppressions of a channel ask for. */
  readonly channel?: string;
  readonly paused?: { readonly reason: string; readonly at: string };
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface DestinationTest {
  readonly ok: boolean;
  /** Stable and short: `http-401`. */
  readonly code: string;
  readonly detail: string;
}
