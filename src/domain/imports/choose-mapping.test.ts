import { RowMapping } from '../rows/row-mapping.schema';
import { chooseMapping } from './choose-mapping';

const mapping = RowMapping.parse({ columns: { id: { to: 'identifier', type: 'user_id' }, plan: { to: 'trait' } } });

describe('what rows are taken by', () => {
  it('is what was asked for where the file has the columns', () => {
    expect(chooseMapping(mapping, ['plan', 'id', 'more'], 10)).toEqual({ rows: mapping });
  });

  it('is the event that each row is, whatever the columns', () => {
    expect(chooseMapping('events', [], 0)).toEqual({ rows: 'events' });
  });

  it('is guessed from the names of the columns', () => {
    const chosen = chooseMapping('auto', ['user_id', 'plan'], 10);
    expect(chosen).toMatchObject({ rows: { columns: { user_id: { type: 'user_id' }, plan: { to: 'trait' } } } });
  });

  it.each<[string, Parameters<typeof chooseMapping>[0], readonly string[], RegExp]>([
    ['a column that the file does not have', mapping, ['id'], /names the column "plan".*it has "id"\.$/],
    ['names that say nothing of who it is', 'auto', ['plan'], /No column has the name of an identifier/],
    ['more columns than are guessed from', 'auto', ['user_id', 'a', 'b'], /at most 2/],
  ])('is a problem for %s', (_, asked, columns, problem) => {
    expect(chooseMapping(asked, columns, 2)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it('shows twenty of many columns, and long names cut', () => {
    const columns = ['x'.repeat(5_000), ...Array.from({ length: 500 }, (_, n) => `c${n}`)];
    const chosen = chooseMapping(mapping, columns, 1_000);
    const problem = 'problem' in chosen ? chosen.problem : '';
    expect(problem).toContain('"c18", …');
    expect(problem.length).toBeLessThan(1_000);
  });
});
