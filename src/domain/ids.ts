declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** Ids that could be swapped by mistake carry a brand; keys chosen by users (audience, journey, destination) stay strings. */
export type WorkspaceId = Brand<'WorkspaceId'>;
export type ProfileId = Brand<'ProfileId'>;
export type EnrollmentId = Brand<'EnrollmentId'>;

export const workspaceId = (value: string): WorkspaceId => value as WorkspaceId;
export const profileId = (value: string): ProfileId => value as ProfileId;
export const enrollmentId = (value: string): EnrollmentId => value as EnrollmentId;

/** Under which a person's documents are indexed: `workspace:profile`. */
export const subjectOf = (ws: WorkspaceId, profile: ProfileId): string => `${ws}:${profile}`;

/** Under which the runs of a household are indexed. */
export const householdSubject = (ws: WorkspaceId, key: string): string => `${ws}:household:${key}`;

/** The workspace of a subject. Profile ids hold no colon. */
export const workspaceOf = (subject: string): WorkspaceId => workspaceId(subject.slice(0, subject.lastIndexOf(':')));
