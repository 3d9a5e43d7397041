import { indexes } from './indexes';

describe('indexes', () => {
  const conditional = Object.entries(indexes).flatMap(([collection, list]) =>
    list
      .filter(({ partialFilterExpression }) => partialFilterExpression !== undefined)
      .map((index) => ({ collection, ...index })),
  );

  it.each(conditional)(
    '$collection.$name: its condition is one that questions with a value imply',
    ({ partialFilterExpression, expireAfterSeconds }) => {
      // Only the database itself asks for what expires.
      if (expireAfterSeconds !== undefined) return;
      expect(JSON.stringify(partialFilterExpression)).not.toContain('$exists');
    },
  );

  it.each(Object.entries(indexes))('%s: every index has a name of its own', (_, list) => {
    expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
  });
});
