/** Ids of the workflows that keep the system going: one of each per thing they look after, readable in the Temporal UI. */
export const intakeWorkflowId = (ws: string, partition: number): string => `intake/${ws}/${partition}`;
export const clockWorkflowId = (prefix: string, clock: number): string => `${prefix}clock/${clock}`;
export const backfillWorkflowId = (ws: string): string => `backfill/${ws}`;
export const syncWorkflowId = (ws: string, audience: string, destination: string): string =>
  `sync/${ws}/${audience}/${destination}`;
export const operationWorkflowId = (ws: string, id: string): string => `operation/${ws}/${id}`;
export const testWorkflowId = (ws: string, destination: string): string => `test/${ws}/${destination}`;
/** Of the schedule and of the runs it starts, to whose id Temporal adds the time. */
export const pullScheduleId = (ws: string, source: string): string => `pull/${ws}/${source}`;
export const sourceTestWorkflowId = (ws: string, test: string): string => `source-test/${ws}/${test}`;
const entries = 'entries';
/** Of the schedule by which people enter a journey, and of what it starts. */
export const entryScheduleId = (ws: string, journey: string): string => `${entries}/${ws}/${journey}`;
export function readEntryScheduleId(id: string): { readonly ws: string; readonly journey: string } | undefined {
  const [kind, ws, journey] = id.split('/');
  return kind === entries && ws !== undefined && journey !== undefined ? { ws, journey } : undefined;
}
