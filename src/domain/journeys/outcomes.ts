import { deliveryStatuses } from '../delivery/delivery';

/** How a send ended that sent nothing, because a run that was merged into this one already had. */
export const sentElsewhere = 'sent-elsewhere';

/** How a send ended that somebody was taken past, since its time had come while the journey was paused. */
export const skipped = 'skipped';

/** Why a delivery was withheld whose run had ended by the time it should have left: its visit ends with the run's reason. */
export const runEnded = 'exited';

/** Why a delivery was withheld whose run was taken to another step by the time it should have left. */
export const runMoved = 'moved-on';

/** Why a run ended at a step that ends it when its delivery fails. */
export const sendFailed = (status: string): string => `send-${status}`;

/** Whether a visit ended with what became of its own delivery. */
export const isDeliveryOutcome = (outcome: string | undefined): boolean =>
  deliveryStatuses.some((status) => outcome === status || outcome === sendFailed(status));
