import type { EnrollmentDetail } from '../client/types';
import type { Context } from './context';

type Visit = EnrollmentDetail['path'][number];

/** One run, as one reads it: where it is and why, how it came there, and where to look further. */
export function showRun({ table }: Context, run: EnrollmentDetail): string {
  const { id, journey, version, profileId, why, lastSend, path, conversions, temporalUrl, workflowId } = run;
  const facts = [
    `${id}  ${journey} ${version === 0 ? 'draft' : `version ${version}`}  ${profileId}`,
    why,
    ...(lastSend ? [`last send: ${lastSend.step} to ${lastSend.destination}, ${sendText(lastSend)}`] : []),
    ...conversions.map(({ goal, at }) => `reached ${goal} at ${at}`),
    `Temporal: ${temporalUrl ?? workflowId}`,
  ];
  return `${facts.join('\n')}\n\n${table(['step', 'visit', 'since', 'left by'], path.map(visitRow))}`;
}

export const visitRow = ({ step, visit, at, outcome, why, warning }: Visit) => [
  ...[step, visit, at],
  [outcome ?? '(here)', ...(why === undefined ? [] : [`(${why})`]), ...(warning === undefined ? [] : [warning])].join(
    ' ',
  ),
];

function sendText({ status, reason, attempts, at }: NonNullable<EnrollmentDetail['lastSend']>): string {
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${status}${why} since ${at}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}
