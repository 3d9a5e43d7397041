/** What silence means for a purpose. */
export const answersWhenUnset = ['deny', 'allow'] as const;
export type WhenUnset = (typeof answersWhenUnset)[number];

/** What consent is given for. A workspace that never defined a purpose by this name lets silence allow. */
export interface Purpose {
  readonly key: string;
  readonly whenUnset: WhenUnset;
  /** Receipts, password resets: sent whatever people consented to, and never to an address that must not be written to. */
  readonly transactional: boolean;
}

/** What is defined, by key. */
export type Purposes = ReadonlyMap<string, Omit<Purpose, 'key'>>;

/** The most purposes one workspace defines. */
export const mostPurposes = 1_000;
