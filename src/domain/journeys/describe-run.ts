import type { Enrollment } from './enrollment';

/** Where a run stands, as Markdown for the Temporal UI: names of the definition and times, nothing about the person. */
export function describeRun(
  { journey, version, step, visit }: Enrollment,
  { dueAt, names }: { readonly dueAt?: number; readonly names: readonly string[] },
): string {
  return [
    `**${journey}** version ${version}`,
    `Step: **${step}**${visit > 1 ? `, visit ${visit}` : ''}`,
    ...(names.length > 0 ? [`Waiting for: ${names.join(', ')}`] : []),
    ...(dueAt === undefined ? [] : [`At the latest: ${new Date(dueAt).toISOString()}`]),
  ].join('\n\n');
}
