import { AudienceVariables } from './variables.schema';

it.each([
  ['', 'Write a path such as'],
  ['traits[', 'Write a path such as'],
  ['event.properties.total', 'A variable is read from traits, identifiers, computed'],
])('a variable from "%s" is refused in words', (from, words) => {
  const { error } = AudienceVariables.safeParse({ a: { from } });
  expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
    [['a', 'from'], expect.stringContaining(words) as string],
  ]);
});
