import type { Command } from 'commander';
import type { Context } from './context';
import { figure } from './figure';
import { addPolicy } from './policy-command';

export function addSends(program: Command, context: Context): void {
  const sends = program
    .command('sends')
    .description('what every send of a journey must pass, and a stop of all of them');
  addPolicy(sends, context, {
    description: 'quiet hours, caps and the zone of the workspace; {} lets everything go',
    of: (client) => client.sending,
  });
  sends
    .command('stop')
    .description('nothing of journeys leaves any more, until "sends start"; audiences go on to be synced')
    .action(async () => {
      const stopped = await context.client().sending.stop();
      context.show(stopped, () => 'All sends are stopped.\n');
      if (stopped.sending) context.note(`${figure(stopped.sending)} attempts were under way, and may arrive.`);
    });
  sends
    .command('start')
    .description('let sends go again; those that were held go on at a bounded pace')
    .action(async () => {
      const started = await context.client().sending.start();
      const { held, seconds } = started.resuming ?? { held: 0, seconds: 0 };
      context.show(started, () =>
        held === 0
          ? 'Sends go again.\n'
          : `Sends go again; ${figure(held)} that were held go on over ${figure(seconds)} s.\n`,
      );
    });
}
