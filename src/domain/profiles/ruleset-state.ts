/** How far the definitions of a workspace are. */
export interface RulesetState {
  readonly version: number;
  /** The version under which every profile had been evaluated by prepared rules when these last began to serve, by a later one. */
  readonly switchedFrom?: number | undefined;
}

/**
 * The ruleset version under which profiles must have been evaluated at least. Where nothing has changed since prepared rules began to serve,
 * only those whom these move have anything left to be written.
 */
export const neededVersion = ({ version, switchedFrom }: RulesetState): number =>
  switchedFrom !== undefined && version === switchedFrom + 1 ? switchedFrom : version;
