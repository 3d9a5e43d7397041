import fc from 'fast-check';
import { profileId, subjectOf, workspaceId, workspaceOf } from './ids';

describe('a subject', () => {
  it('names the workspace it is in, whatever that is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^prf_[0-9a-z]+$/), (ws, profile) => {
        expect(workspaceOf(subjectOf(workspaceId(ws), profileId(profile)))).toBe(ws);
      }),
    );
  });
});
