import type { WorkspaceId } from '../../domain/ids';
import type { SourceDoc } from '../../store/sources';
import { connectSource } from './connected-source';

const open = (doc: Partial<SourceDoc> | undefined) => {
  const store = { sources: { find: async () => doc, unseal: () => ({}) } };
  return connectSource({ store, pullers: {} } as never, 'ws_1' as WorkspaceId, 'crm');
};

describe('connectSource', () => {
  it.each([
    ['is gone', undefined],
    ['sends by itself', { type: 'stripe', settingsJson: '{}' }],
  ])('answers nothing for a source that %s', async (_which, doc) => {
    expect(await open(doc)).toBeUndefined();
  });

  it.each(['of-next-year', 'postgresql'])('leaves a type to a worker that knows it: %s', async (type) => {
    await expect(open({ type, settingsJson: '{}' })).rejects.toThrow(`This worker knows no source type "${type}".`);
  });
});
