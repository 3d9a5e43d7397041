import { DestinationConfigError } from '../../destinations/registry';
import type { Sender } from '../../destinations/send-request';
import type { ConnectionTest } from '../../domain/delivery/connection-test';
import { workspaceId } from '../../domain/ids';
import type { Store } from '../../store/store';
import { connectDestination, sendPlanned } from './connected-destination';

export interface TestDeps {
  readonly store: Pick<Store, 'destinations'>;
  readonly sender: Sender;
  readonly clock: () => number;
}

export type TestActivities = ReturnType<typeof createTestActivities>;

export function createTestActivities(deps: TestDeps) {
  return {
    /** Sends the destination's harmless request, once, whether it is paused, switched off or neither. */
    testDestination: async (ref: { readonly ws: string; readonly destination: string }): Promise<ConnectionTest> => {
      try {
        return await test(deps, ref);
      } catch (error) {
        if (!(error instanceof DestinationConfigError)) throw error;
        return { outcome: 'invalid', code: 'settings', detail: error.message };
      }
    },
  };
}

async function test(
  { store, sender, clock }: TestDeps,
  { ws, destination }: { readonly ws: string; readonly destination: string },
): Promise<ConnectionTest> {
  const now = clock();
  const connected = await connectDestination(store, workspaceId(ws), destination, now);
  if (!connected) return { outcome: 'invalid', code: 'destination-unknown', detail: 'The destination is gone.' };
  const [result] = await sendPlanned(sender, connected, connected.kind.test(connected.context), now);
  if (!result) return { outcome: 'unclear', code: 'no-answer', detail: 'The answer says nothing.' };
  return { outcome: result.kind, code: result.code, detail: result.message };
}
