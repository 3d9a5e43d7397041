import { profileId } from '../ids';
import { identityGraph, type LedgerLine } from './identity-graph';

const known = (type: string, value: string) => ({ type, value, firstSeenAt: 1 });
const line = (absorbed: string, survivor: string, at: number, ...values: string[]): LedgerLine => ({
  ...{ absorbed: profileId(absorbed), survivor: profileId(survivor), at, reason: 'identifiers' as const },
  ...{ identifierTypes: ['anonymous_id'], messageId: `m${at}`, source: 'website' },
  identifiers: values.map((value) => known('anonymous_id', value)),
});
const last = {
  ...{ id: profileId('prf_3'), lineage: [profileId('prf_2'), profileId('prf_1')], apart: [profileId('prf_9')] },
  identifiers: [known('user_id', 'u'), known('anonymous_id', 'a'), known('anonymous_id', 'b')],
};

describe('the graph of a profile', () => {
  const ledger = [line('prf_2', 'prf_3', 20, 'a', 'b'), line('prf_1', 'prf_2', 10, 'a')];
  const { profiles, edges } = identityGraph(last, ledger, new Map([['anonymous_id\nb', { messageId: 'm5' }]]));

  it('hangs each identifier on the profile that had it first, and says which event brought it where that is known', () => {
    expect(
      edges.flatMap((edge) =>
        edge.kind === 'identifier' ? [[edge.identifier.value, edge.profile, edge.by.messageId]] : [],
      ),
    ).toEqual([
      ['u', 'prf_3', undefined],
      ['a', 'prf_1', undefined],
      ['b', 'prf_2', 'm5'],
    ]);
  });

  it('leads from each absorbed profile to the living one, and names whom it is kept apart from', () => {
    expect(profiles).toEqual(['prf_3', 'prf_2', 'prf_1']);
    expect(edges.flatMap((edge) => (edge.kind === 'merge' ? [[edge.absorbed, edge.survivor]] : []))).toEqual([
      ['prf_1', 'prf_2'],
      ['prf_2', 'prf_3'],
    ]);
    expect(edges.at(-1)).toEqual({ kind: 'apart', profile: 'prf_3', other: 'prf_9' });
  });
});
