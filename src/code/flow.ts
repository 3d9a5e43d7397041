import type { Step, StepOf } from '../domain/journeys/journey.schema';
import type { RuleLike } from './rules';
import type { TriggerLike } from './triggers';

/** Where something goes on: the step of that name, or the end of the run. */
export type Tail = { readonly goTo: string } | { readonly isEnd: true };

/** Where the ways out of a step lead, while it is being placed. */
export interface Ways {
  /** The first step of a flow, or what comes after it. */
  readonly into: (flow: Steps) => string;
  /** What comes next; one that has to be there is made. */
  readonly next: () => string | undefined;
  readonly needed: () => string;
}

/** A step that is not placed yet. */
export interface Node {
  readonly name?: string;
  /** What it is called unless it is named. */
  readonly does: string;
  readonly flows: readonly Steps[];
  readonly isLast?: boolean;
  readonly build: (ways: Ways) => object;
}

/** Steps one after another, and how that ends. */
export interface Steps {
  readonly nodes: readonly Node[];
  readonly tail?: Tail;
}

/** A flow to which nothing can be added. */
export type Ended<Flow> = Omit<
  Flow,
  | (
      | 'wait'
      | 'waitFor'
      | 'branch'
      | 'split'
      | 'send'
      | 'personalise'
      | 'update'
      | 'emit'
      | 'addTo'
      | 'removeFrom'
      | 'enroll'
    )
  | ('exit' | 'goTo' | 'end')
>;

type Fields<Type extends Step['type'], Named extends string = never> = Omit<StepOf<Type>, 'type' | 'next' | Named>;

/** A way out of a step: what it takes, and where that leads. */
export interface Way<Kind extends string> {
  readonly way: Kind;
  readonly fields: object;
  readonly flow: Steps;
}

/** Steps are added at the end; each call answers another flow, so that any may be kept and used again. */
export class FlowBuilder implements Steps {
  readonly nodes: readonly Node[] = [];
  readonly tail?: Tail;

  protected with(change: object): this {
    return Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this, change);
  }

  private add(node: Node): this {
    if (this.tail || this.nodes.at(-1)?.isLast)
      throw new Error(`Nothing follows the end of a flow; move "${node.does}".`);
    return this.with({ nodes: [...this.nodes, node] });
  }

  private then(does: string, fields: object): this {
    return this.add({ does, flows: [], build: ({ next }) => ({ ...fields, next: next() }) });
  }

  /** Names the step before. What people rest in deserves a name: others change with what stands before them. */
  as(name: string): this {
    const last = this.nodes.at(-1);
    if (!last) throw new Error(`There is no step to call "${name}" yet.`);
    return this.with({ nodes: [...this.nodes.slice(0, -1), { ...last, name }] });
  }

  /** For a duration, until a time or a date, or until a window is open. */
  wait(time: string | Pick<StepOf<'wait'>, 'for' | 'until' | 'window'>): this {
    const fields = typeof time === 'string' ? { for: time } : time;
    const does = `wait ${typeof time === 'string' ? time : Object.keys(time).join(' ')}`;
    return this.add({ does, flows: [], build: ({ needed }) => ({ type: 'wait', ...fields, next: needed() }) });
  }

  /** The first of several triggers, or none in time: `.waitFor({ timeout: '24h' }, on(event('Clicked'), flow().…))`. */
  waitFor(
    fields: Omit<Fields<'wait-for'>, 'first' | 'onTimeout'>,
    ...ways: readonly (Way<'on'> | Way<'else'>)[]
  ): this {
    const first = ways.filter(({ way }) => way === 'on');
    const late = flowOf(ways, 'else');
    return this.add({
      does: 'wait for',
      flows: ways.map(({ flow }) => flow),
      build: ({ into }) => ({
        ...{ type: 'wait-for', ...fields },
        first: first.map((one) => ({ ...one.fields, next: into(one.flow) })),
        onTimeout: into(late),
      }),
    });
  }

  /** The first case whose rule holds: `.branch(when(rule, flow().…), otherwise(flow().…))`. */
  branch(...ways: readonly (Way<'case'> | Way<'else'>)[]): this {
    const cases = ways.filter(({ way }) => way === 'case');
    const others = flowOf(ways, 'else');
    return this.add({
      does: 'branch',
      flows: ways.map(({ flow }) => flow),
      build: ({ into }) => ({
        type: 'branch',
        cases: cases.map((one) => ({ ...one.fields, next: into(one.flow) })),
        else: into(others),
      }),
    });
  }

  /** People keep the variant that they get: `.split('subject', {}, variant('short', 50, flow().…), …)`. */
  split(
    experiment: string,
    fields: Omit<Fields<'split'>, 'experiment' | 'variants'>,
    ...variants: readonly Way<'variant'>[]
  ): this {
    return this.add({
      does: `split ${experiment}`,
      flows: variants.map(({ flow }) => flow),
      build: ({ into }) => ({
        ...{ type: 'split', experiment },
        variants: variants.map((one) => ({ ...one.fields, next: into(one.flow) })),
        ...fields,
      }),
    });
  }

  send(destination: string, fields: Fields<'send', 'destination'> = {}): this {
    return this.then(`send ${destination}`, { type: 'send', destination, ...fields });
  }
  /** Shows content in a slot of a page or an app for as long as it says. */
  personalise(slot: string, fields: Fields<'personalise', 'slot'>): this {
    return this.then(`show in ${slot}`, { type: 'personalise', slot, ...fields });
  }
  update(fields: Fields<'update'>): this {
    return this.then('update', { type: 'update', ...fields });
  }
  emit(event: string, properties?: StepOf<'emit'>['properties']): this {
    return this.then(`emit ${event}`, { type: 'emit', event, properties });
  }
  addTo(audience: string): this {
    return this.then(`add to ${audience}`, { type: 'audience', audience, do: 'add' });
  }
  removeFrom(audience: string): this {
    return this.then(`remove from ${audience}`, { type: 'audience', audience, do: 'remove' });
  }

  /** Begins another journey, and with `wait` goes on when that has ended. */
  enroll(journey: string, fields: Fields<'enroll', 'journey'> = {}): this {
    return this.then(`enroll ${journey}`, { type: 'enroll', journey, ...fields });
  }

  exit(reason?: string): Ended<this> {
    const does = `exit ${reason ?? ''}`;
    return this.add({ does, flows: [], isLast: true, build: () => ({ type: 'exit', reason }) });
  }
  /** Goes on with a named step, wherever that stands. */
  goTo(step: string): Ended<this> {
    return this.with({ tail: { goTo: step } });
  }
  /** Nothing comes after this, whatever stands below the step that this flow is in. */
  end(): Ended<this> {
    return this.with({ tail: { isEnd: true } });
  }
}

const nothing: Steps = { nodes: [] };
const flowOf = (ways: readonly Way<string>[], kind: string): Steps =>
  ways.find(({ way }) => way === kind)?.flow ?? nothing;

export const flow = (): FlowBuilder => new FlowBuilder();
export const when = (rule: RuleLike, then: Steps = nothing): Way<'case'> => ({
  way: 'case',
  fields: { if: rule },
  flow: then,
});
export const on = (trigger: TriggerLike, then: Steps = nothing): Way<'on'> => ({
  way: 'on',
  fields: { on: trigger },
  flow: then,
});
/** In no case, or not in time. */
export const otherwise = (then: Steps): Way<'else'> => ({ way: 'else', fields: {}, flow: then });
export const variant = (key: string, weight: number, then: Steps = nothing): Way<'variant'> => ({
  way: 'variant',
  fields: { key, weight },
  flow: then,
});
