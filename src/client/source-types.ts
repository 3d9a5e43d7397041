import type { JsonObject } from '../domain/json';

export interface SourceDefinition {
  /** `api` unless set: a website, an app or a back end that sends by itself. */
  readonly type?: string;
  readonly name: string;
  readonly description?: string;
  readonly settings?: JsonObject;
  /** Written, never read back. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly enabled?: boolean;
}
export interface Source extends Omit<SourceDefinition, 'secrets'> {
  readonly key: string;
  readonly type: string;
  readonly settings: JsonObject;
  readonly enabled: boolean;
  readonly version: number;
  /** Of a tool that sends by itself: the path to give it, after the installation's own address. */
  readonly webhookPath?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
