import type { ProfileId } from '../ids';
import type { IdentityRules } from './identity-rules';
import type { BlockedIdentifier, BlockReason } from './resolve-identity';

/** What is remembered of an identifier beside who has it. */
export interface IdentifierNote {
  /** Counts its writes; a writer that read another one must start again. */
  readonly rev: number;
  /** Other known people than its owner from whose events it was dropped; see `mostPeople`. */
  readonly people: readonly ProfileId[];
  readonly quarantine?: Quarantine;
}

export const quarantineReasons = ['people', 'asked'] as const;

/** Since when an identifier names nobody, until somebody releases it. Instants are epoch milliseconds. */
export interface Quarantine {
  readonly at: number;
  /** It came with too many `people`, or somebody `asked` for it. */
  readonly reason: (typeof quarantineReasons)[number];
  /** Of the event that did it. */
  readonly source: string;
  /** Takes events that name nobody else; absent before the first. */
  readonly keeper?: ProfileId;
}

/** The people of whom one identifier is counted are remembered one by one, which bounds how many a policy may ask for. */
export const mostPeople = { least: 2, usual: 10, greatest: 100 } as const;

const conflicts: ReadonlySet<BlockReason> = new Set(['unique', 'limit', 'untrusted', 'apart']);

/** Whether what was dropped says that one more person comes with an identifier of somebody else. Devices that people share are set apart. */
export const isOfSomebodyElse = (
  { identifier, reason }: BlockedIdentifier,
  rules: Pick<IdentityRules, 'isKnown'>,
): boolean => rules.isKnown(identifier.type) && conflicts.has(reason);
