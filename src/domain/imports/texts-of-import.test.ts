import { RowMapping } from '../rows/row-mapping.schema';
import { textsOfImport } from './texts-of-import';

it('finds what somebody wrote in an import, and no words of ours', () => {
  const traits = { friends: [{ of: 'bob@mail.test' }] };
  const rows = RowMapping.parse({
    columns: { 'ann@mail.test': { to: 'identifier', type: 'user_id' } },
    constants: { traits },
  });
  const texts = textsOfImport({ name: 'List of Cat', rows, columns: ['ann@mail.test', 'dan@mail.test'] });
  expect(texts).toEqual(expect.arrayContaining(['List of Cat', 'ann@mail.test', 'bob@mail.test', 'dan@mail.test']));
  expect(texts).not.toEqual(expect.arrayContaining(['identifier']));
  expect(textsOfImport({ rows: 'auto' })).toEqual(['']);
});
