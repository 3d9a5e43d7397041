import type { AudienceDefinition } from '../domain/audiences/rule.schema';
import type { ComputedTraitDefinition } from '../domain/audiences/computed/computed-trait.schema';
import type { ComputedValue } from '../domain/audiences/computed/computed-value.schema';
import type { JsonObject } from '../domain/json';
import { asJson } from './made';
import { nameOf } from './name-of';
import type { RuleLike } from './rules';

/** A secret is never in a file: the variable of the environment that holds it is. */
export interface FromEnv {
  readonly fromEnv: string;
}
export interface DestinationFile {
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly settings: JsonObject;
  readonly secrets?: Readonly<Record<string, FromEnv>>;
  readonly purpose?: string;
  readonly enabled?: boolean;
}

interface Fields {
  readonly [name: string]: unknown;
}

/** A definition of one piece: what all kinds have. Each call answers another one. */
class Definition<Of> {
  private readonly fields: Fields;

  constructor(
    private readonly named: string,
    name: string = nameOf(named),
  ) {
    this.fields = { name };
  }

  protected say(fields: Fields): this {
    const said = { fields: { ...this.fields, ...fields } };
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this, said);
  }

  /** What is saved, as a file holds it. */
  toDefinition(): Of {
    return asJson({ key: this.named, ...this.fields });
  }
  toJSON(): Of {
    return this.toDefinition();
  }
}

class Described<Of> extends Definition<Of> {
  describe(description: string): this {
    return this.say({ description });
  }
  labels(...labels: readonly string[]): this {
    return this.say({ labels });
  }
}

export class AudienceBuilder extends Described<AudienceDefinition> {
  readonly kind = 'audience';

  where(rule: RuleLike): this {
    return this.say({ rule });
  }
  /** People are put in by hand. */
  manual(): this {
    return this.say({ kind: 'manual' });
  }
  /** Pages may ask if their visitor is in it. */
  public(): this {
    return this.say({ public: true });
  }
  holdout(percent: number): this {
    return this.say({ holdout: { percent } });
  }
  variables(variables: NonNullable<AudienceDefinition['variables']>): this {
    return this.say({ variables });
  }
  /** What has no word here. */
  set(fields: Partial<Omit<AudienceDefinition, 'key'>>): this {
    return this.say(fields);
  }
}

export class ComputedTraitBuilder extends Described<ComputedTraitDefinition> {
  readonly kind = 'computed-trait';

  value(value: ComputedValue): this {
    return this.say({ value });
  }
}

export class DestinationBuilder extends Definition<DestinationFile> {
  readonly kind = 'destination';

  type(type: string, settings: JsonObject): this {
    return this.say({ type, settings });
  }
  /** By name, the variables of the environment that hold them. */
  secrets(secrets: Readonly<Record<string, FromEnv>>): this {
    return this.say({ secrets });
  }
  purpose(purpose: string): this {
    return this.say({ purpose });
  }
  on(): this {
    return this.say({ enabled: true });
  }
  off(): this {
    return this.say({ enabled: false });
  }
}
