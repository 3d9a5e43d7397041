import { searchAttributes as inWorkflows } from '../workflows/messages';
import { searchAttributes } from './search-attributes';

describe('searchAttributes', () => {
  it('are those that enrollments are started with', () => {
    const started = Object.values(inWorkflows).map(({ name, type }) => [name, type]);
    const made = Object.entries(searchAttributes).map(([name, type]) => [name, type.toUpperCase()]);
    expect(new Map(made as [string, string][])).toEqual(new Map(started as [string, string][]));
  });
});
