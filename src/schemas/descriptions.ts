import { conditionDescriptions } from './descriptions-conditions';
import { journeyDescriptions } from './descriptions-journeys';
import { policyDescriptions } from './descriptions-policies';

/** What an editor says of a field, by its place; `*.name` is of every field of that name of which nothing else is said. */
export const descriptions: Readonly<Record<string, string>> = {
  '*.$schema': 'What this file is checked by, such as "../schemas/journey.json". It is no part of the definition.',
  '*.key': 'By what others name it: 1 to 64 of a-z, 0-9 and "-". It stays.',
  '*.name': 'For people.',
  '*.description': 'For people.',
  '*.labels': 'To find it by.',
  '*.type': 'Which one of those there are.',
  '*.is': 'How it is compared.',
  '*.value': 'What it is compared with.',
  '*.where': 'Tests of the properties of the event; all of them hold.',
  '*.from': 'A path that the value is read from.',
  '*.fromEnv': 'The variable that holds the secret; a secret never stands in a file.',
  '*.zone': 'A zone such as "Europe/Berlin".',
  '*.days': 'On which days: mon, tue, wed, thu, fri, sat, sun.',
  '*.purpose': 'What somebody must have consented to.',
  '*.holdout': 'A share that is never sent, to measure what is sent by.',
  '*.percent': 'How many of a hundred.',
  ...conditionDescriptions,
  ...journeyDescriptions,
  ...policyDescriptions,
};
