/** Which way a profile crosses the edge of an audience. */
export const edgeKinds = ['entered', 'exited'] as const;
export type EdgeKind = (typeof edgeKinds)[number];
