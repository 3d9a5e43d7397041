import type { Heddle, Rig } from '../rig';
import { startFloor, type FloorProcess } from './start-floor';

export const floorQueue = 'floor';

/** A worker of bare workflows, on the Temporal and in the namespace that Heddle is measured in. */
export function startFloorWorker(rig: Rig, { namespace, temporal }: Heddle): Promise<FloorProcess> {
  const hasPollers = async () => {
    const taskQueue = { name: floorQueue };
    const found = await temporal.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: 1 });
    return found.pollers.length > 0;
  };
  return startFloor('floor-worker.ts', [rig.temporal.address, namespace, floorQueue], hasPollers);
}
