/** What a copy of members is asked for. A type and no interface: it is stored as JSON. */
export type MemberCopyInput = {
  /** The audience whose members are copied. */
  readonly from: string;
  /** The list that they are put on. */
  readonly list: string;
  /** Whose doing it is. */
  readonly source: string;
};
