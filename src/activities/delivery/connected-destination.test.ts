import type { WorkspaceId } from '../../domain/ids';
import type { DestinationDoc } from '../../store/documents';
import { connectDestination } from './connected-destination';

const open = (doc: Partial<DestinationDoc> | undefined) => {
  const destinations = { find: async () => doc, unseal: () => ({}) };
  return connectDestination({ destinations } as never, 'ws_1' as WorkspaceId, 'crm', 0);
};

describe('connectDestination', () => {
  it('answers nothing for a destination that is gone', async () => {
    expect(await open(undefined)).toBeUndefined();
  });

  it('leaves a type of a newer version to a worker that knows it, so that no send to it is given up', async () => {
    await expect(open({ type: 'of-next-year', settings: {} })).rejects.toThrow(
      'This worker knows no destination type "of-next-year".',
    );
  });
});
