import fc from 'fast-check';
import { uniteExposures, type Exposure } from './exposure';

const exposure = fc.record(
  {
    variant: fc.constantFrom('a', 'b'),
    at: fc.nat({ max: 3 }),
    drawnBy: fc.constantFrom('a:50 b:50', 'a:90 b:10'),
    conversion: fc.record({ at: fc.nat({ max: 3 }) }),
  },
  { requiredKeys: ['variant', 'at', 'drawnBy'] },
) as fc.Arbitrary<Exposure>;
const exposures = fc.dictionary(fc.constantFrom('subject', 'delay'), exposure, { maxKeys: 2 });

describe('what one person has who was several', () => {
  it('does not depend on who was merged with whom first, or twice', () => {
    fc.assert(
      fc.property(exposures, exposures, exposures, (one, other, third) => {
        expect(uniteExposures(one, other)).toEqual(uniteExposures(other, one));
        expect(uniteExposures(uniteExposures(one, other), third)).toEqual(
          uniteExposures(one, uniteExposures(other, third)),
        );
        expect(uniteExposures(one, one)).toEqual(one);
      }),
    );
  });
});
