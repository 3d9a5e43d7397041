import type { Store } from '../store/store';

/** Some methods of one repository, as the store has them. */
export type Part<Name extends keyof Store, Method extends keyof Store[Name]> = Pick<Store[Name], Method>;
