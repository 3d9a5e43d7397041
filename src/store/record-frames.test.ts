import fc from 'fast-check';
import { packRecords, unpackRecords } from './record-frames';

describe('packed records', () => {
  it('are the same records, with their faults', () => {
    const bytes = fc.uint8Array({ maxLength: 20 });
    const fault = fc.constantFrom('line_too_long' as const, 'invalid_quotes' as const);
    const record = fc.oneof(fc.record({ bytes }), fc.record({ bytes, fault }));
    fc.assert(
      fc.property(fc.array(record), (records) => {
        expect(unpackRecords(packRecords(records))).toEqual(records);
      }),
    );
  });
});
