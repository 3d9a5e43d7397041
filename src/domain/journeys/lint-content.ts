import { pointerPart } from '../json-pointer';
import { own, type JsonObject } from '../json';
import { partsOf } from '../path';
import { isPersonalKey } from '../personal';
import { contentRoots, pathsIn } from './content';
import { error, warning, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition } from './journey.schema';
import { usualPriority } from './personalise-step.schema';
import { hasProperties } from './lint-triggers';

/** What pages are told: anybody at the screen reads it. */
export const lintContent = (definition: JourneyDefinition, content: JsonObject, path: string): JourneyFinding[] =>
  [...new Set(pathsIn(content))].flatMap((from) => lintPath(definition, from, path));

function lintPath({ entry, steps }: JourneyDefinition, from: string, path: string): JourneyFinding[] {
  const [root, ...rest] = partsOf(from);
  if (!contentRoots.has(root))
    return [
      error(
        'content_not_for_pages',
        path,
        `"${from}" is of the person, and a page is not told of that.`,
        'Read `entry.properties.…` or `steps.<id>.event.properties.…`, or lead people to different content by a branch.',
      ),
    ];
  const isOfEntry = root === 'entry' && rest[0] === 'properties';
  if ((isOfEntry && !hasProperties(entry.on)) || (root === 'steps' && !own(steps, String(rest[0]))))
    return [
      error('content_never', path, `Nothing is ever found at "${from}".`, 'Compare it with the entry and the steps.'),
    ];
  if (!rest.some((part) => typeof part === 'string' && isPersonalKey(part))) return [];
  return [
    warning(
      'content_personal',
      path,
      `"${from}" looks like personal data, and everybody at the screen reads it.`,
      'Leave it out, unless it may stand there.',
    ),
  ];
}

/** Two journeys that show something in one slot, and of which neither goes before the other. */
export function lintSamePriority(definition: JourneyDefinition, other: JourneyDefinition): JourneyFinding[] {
  if (other.key === definition.key) return [];
  const theirs = new Set(placesOf(other).map(({ place }) => place));
  return placesOf(definition)
    .filter(({ place }) => theirs.has(place))
    .map(({ path, slot }) =>
      warning(
        'same_priority',
        path,
        `The journey "${other.key}" shows something in the slot "${slot}" with the same priority: of two runs the older wins.`,
        'Give the one that is to win a higher "priority".',
      ),
    );
}

const placesOf = ({ steps }: JourneyDefinition) =>
  Object.entries(steps).flatMap(([id, step]) => {
    if (step.type !== 'personalise') return [];
    const { slot, priority = usualPriority } = step;
    return [{ path: `/steps/${pointerPart(id)}`, slot, place: `${slot} ${priority}` }];
  });
