import type { Enrollment } from './enrollment';

/** Where a run stands, as Markdown for the Temporal UI: names of the definition and times, nothing about the person. */
export function describeRun(
  { journey, version, visit }: Pick<Enrollment, 'journey' | 'version' | 'visit'>,
  { label, names = [] }: { readonly label: string; readonly names?: readonly string[] },
): string {
  const isAllSaid = names.every((name) => label.includes(name));
  return [
    `**${journey}** version ${version}`,
    `**${label}**${visit > 1 ? ` (visit ${visit})` : ''}`,
    ...(isAllSaid ? [] : [`Waiting for: ${names.join(', ')}`]),
  ].join('\n\n');
}
