/** Tenants and the keys to them. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}
export interface NewWorkspace extends Workspace {
  /** Shown this once. */
  readonly keys: { readonly public: string; readonly secret: string; readonly management: string };
}
export type KeyKind = 'public' | 'secret' | 'management';
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly kind: KeyKind;
  readonly scopes: readonly string[];
  readonly source: string;
  readonly ratePerSecond?: number;
  readonly createdAt: string;
  /** Id of the key in whose place it was made. */
  readonly replaces?: string;
  readonly expiresAt?: string;
  readonly disabledAt?: string;
}
export interface KeyInput {
  readonly name: string;
  readonly kind: KeyKind;
  readonly scopes?: readonly string[];
  readonly source?: string;
  readonly expiresAt?: string;
  /** Events of a write key, requests of a management key; what the installation allows unless set. */
  readonly ratePerSecond?: number;
}
export interface NewKey extends Key {
  /** Shown this once. */
  readonly key: string;
}
