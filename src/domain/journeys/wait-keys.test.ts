import fc from 'fast-check';
import { edgeKinds } from '../audiences/edge';
import { profileId, workspaceId } from '../ids';
import { edgeWaitKey, eventWaitKey, parseWaitKey } from './wait-keys';

const ws = workspaceId('ws_1');
const profile = profileId('prf_1');

describe('a wait key', () => {
  it('gives back the event it was made of, whatever that is called', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('vip#1|entered', '#', '|')), (event) => {
        expect(parseWaitKey(eventWaitKey(ws, profile, event))).toEqual({ event });
      }),
    );
  });

  it.each(edgeKinds)('gives back the audience and that it was %s', (edge) => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('a|entered', 'a#b')), (audience) => {
        expect(parseWaitKey(edgeWaitKey(ws, profile, audience, edge))).toEqual({ audience, edge });
      }),
    );
  });
});
