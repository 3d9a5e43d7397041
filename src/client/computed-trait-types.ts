import type { ComputedTraitDefinition as Definition } from '../domain/audiences/computed/computed-trait.schema';
import type { ComputedValue } from '../domain/audiences/computed/computed-value.schema';
import type { ComputedType } from '../domain/audiences/computed/measure';

export type { ComputedValue } from '../domain/audiences/computed/computed-value.schema';
export type ComputedTraitDefinition = Omit<Definition, 'key'>;
export interface ComputedTrait {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly value: ComputedValue;
  /** What it is, and so which operators compare it. */
  readonly type: ComputedType;
  readonly version: number;
  /** `computing` until everybody's is worked out. */
  readonly status: 'ready' | 'computing';
  readonly createdAt: string;
  readonly updatedAt: string;
}
