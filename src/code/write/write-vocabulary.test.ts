import { writeVocabulary } from './write-vocabulary';

const types = (...names: readonly string[]) => names.map((type) => ({ type }));

describe('the types of a workspace', () => {
  it('are those of the events and traits that the catalogue has learned', () => {
    const code = writeVocabulary([
      {
        kind: 'track',
        name: 'Order Completed',
        properties: [
          { path: 'properties.total', types: types('number', 'string') },
          { path: 'properties.products[].sku', types: types('string') },
          { path: 'properties.coupon', types: types('null', 'string') },
          { path: 'properties["it\'s"]', types: types('boolean') },
        ],
      },
      { kind: 'identify', name: 'identify', properties: [{ path: 'traits.tier', types: types('string') }] },
    ]);
    expect(code).toMatchInlineSnapshot(`
     "// Written by \`heddle types pull\`: what it has learned is written over.
     import { wordsOf } from 'heddle/code';

     export interface Workspace {
       readonly events: {
         readonly 'Order Completed': {
           readonly 'coupon': string;
           readonly "it's": boolean;
           readonly 'products': unknown;
           readonly 'total': number | string;
         };
         readonly 'identify': object;
       };
       readonly traits: {
         readonly 'tier': string;
       };
     }

     export const { event, trait } = wordsOf<Workspace>();
     "
    `);
  });

  it('are none where nothing was sent yet', () => {
    expect(writeVocabulary([])).toContain('readonly traits: object;');
  });
});
