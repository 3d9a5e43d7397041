import { enrollmentId, workspaceId } from '../ids';
import { ada, aRun, hour, noon, phone } from '../../testing/runs';
import type { Enrollment } from './enrollment';
import { mergeEnrollments } from './merge-enrollments';

const ws = workspaceId('ws_1');
const later = noon + 10 * hour;
const run = (id: string, enteredAt: number, of: Partial<Enrollment> = {}): Enrollment =>
  aRun('mail', { id: enrollmentId(id), enteredAt, ...of });
const ofPhone = (id: string, enteredAt: number, of: Partial<Enrollment> = {}): Enrollment =>
  run(id, enteredAt, { profile: phone, subject: `ws_1:${phone}`, ...of });
const sent = (step: string, outcome = 'delivered') => ({ path: [{ step, visit: 1, at: noon, outcome }] });

function merged(survivors: readonly Enrollment[], absorbed: readonly Enrollment[]) {
  const changed = mergeEnrollments(ws, ada, survivors, absorbed, later);
  return new Map(changed.map((one) => [one.id as string, one]));
}

describe('parallel runs of somebody who is absorbed', () => {
  it('end one after the other in the one that goes on, which skips what any of them has sent', () => {
    const after = merged(
      [run('enr_t', noon)],
      [ofPhone('enr_1', noon + hour, sent('first')), ofPhone('enr_2', noon + 2 * hour, sent('second'))],
    );
    expect(after.get('enr_t')).toMatchObject({ status: 'active', sentElsewhere: ['first', 'second'] });
    expect(after.get('enr_1')).toMatchObject({ status: 'exited', mergedInto: 'enr_t' });
    expect(after.get('enr_2')).toMatchObject({ status: 'exited', mergedInto: 'enr_t' });
  });

  it('do not bring back a run that one of them has taken the place of; one revision each', () => {
    const before = [run('enr_t', noon + hour, sent('mail')), ofPhone('enr_1', noon), ofPhone('enr_2', noon + 2 * hour)];
    const after = merged(before.slice(0, 1), before.slice(1));
    expect([...after.values()].filter(({ status }) => status === 'active').map(({ id }) => id)).toEqual(['enr_1']);
    expect(after.get('enr_t')).toMatchObject({ status: 'exited', mergedInto: 'enr_1' });
    expect(after.get('enr_2')).toMatchObject({ status: 'exited', mergedInto: 'enr_1' });
    for (const { id, rev } of before) expect(after.get(id)?.rev).toBe(rev + 1);
  });
});

describe('a run that goes on after a second merge', () => {
  it('skips what was sent before the first, whether or not the run in between had come to it', () => {
    const yetToCome = ofPhone('enr_1', noon + hour, { sentElsewhere: ['mail'] });
    expect(merged([run('enr_t', noon)], [yetToCome]).get('enr_t')).toMatchObject({ sentElsewhere: ['mail'] });
    const passed = ofPhone('enr_1', noon + hour, { step: 'next', ...sent('mail', 'sent-elsewhere') });
    expect(merged([run('enr_t', noon)], [passed]).get('enr_t')).toMatchObject({ sentElsewhere: ['mail'] });
  });
});

describe('runs of two versions', () => {
  const renamed = { path: [{ step: 'mail', became: 'post', visit: 1, at: noon, outcome: 'delivered', version: 1 }] };

  it('send a message once that a migration has given another name', () => {
    const older = run('enr_t', noon, { version: 2, step: 'rest' });
    const moved = ofPhone('enr_1', noon + hour, { version: 2, step: 'rest', ...renamed });
    expect(merged([older], [moved]).get('enr_t')).toMatchObject({ sentElsewhere: ['post'] });
    const knows = run('enr_t', noon, { version: 2, step: 'rest', ...renamed });
    const both = ofPhone('enr_1', noon + hour, { version: 2, step: 'rest', ...sent('post') });
    expect(merged([knows], [both]).get('enr_t')).toMatchObject({ sentElsewhere: [] });
  });

  it('skip it under the name that it has where they go on', () => {
    const behind = run('enr_t', noon, { version: 1, step: 'rest' });
    const moved = ofPhone('enr_1', noon + hour, { version: 2, step: 'rest', ...renamed });
    expect(merged([behind], [moved]).get('enr_t')).toMatchObject({ sentElsewhere: ['mail'] });
  });
});
