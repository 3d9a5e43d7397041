import { workspaceId } from '../../../domain/ids';
import { valueKey } from '../../../store/identifier-key';
import { deadLetters } from './clear-letters';
import { findNaming } from './names-erased';
import type { Erased, PlaceDeps } from './place';

const masterKey = Buffer.alloc(32, 7);
const ws = workspaceId('ws_1');
const about = (...values: string[]): Erased => ({
  ...{ ws, profiles: [], subjects: [], pairs: [], erasedAt: 0, keys: new Set() },
  values: new Set(values.map((value) => valueKey(masterKey, ws, value))),
});

/** Only what looking through letters asks of a store. */
function depsOf(letters: readonly { readonly id: string }[]) {
  const anonymised: string[] = [];
  const walk = async (_ws: string, limit: number, after?: { id: string }) =>
    letters.slice(letters.findIndex(({ id }) => id === after?.id) + 1).slice(0, limit);
  const store = {
    connection: { masterKey },
    events: { deadAmong: async () => [], remove: async () => undefined },
    deadLetters: { walk },
    letterEnds: { anonymise: async (some: { id: string }[]) => void anonymised.push(...some.map(({ id }) => id)) },
  };
  return { deps: { store, signal: new AbortController().signal } as unknown as PlaceDeps, anonymised };
}

describe('dead letters of an erasure', () => {
  it('are looked through in short steps, between which and in which others have their turn, whoever sent what', async () => {
    const letters = Array.from({ length: 25 }, (_, letter) => {
      const numbers = Array.from({ length: 3_000 }, (_, n) => `+${1_000_000_000 + letter * 3_000 + n}`);
      const payload = JSON.stringify({ numbers, email: letter === 24 ? 'ann@mail.test' : '' });
      return { _id: `l${letter}`, id: `l${letter}`, at: letter, stage: 'rejected', payload };
    });
    const { deps, anonymised } = depsOf(letters);
    let [longestStep, longestTurn, last] = [0, 0, performance.now()];
    const others = setInterval(() => {
      longestTurn = Math.max(longestTurn, performance.now() - last);
      last = performance.now();
    }, 1);
    let from: Parameters<typeof deadLetters.clear>[2];
    do {
      const begun = performance.now();
      from = (await deadLetters.clear(deps, about('ann@mail.test'), from)).next;
      longestStep = Math.max(longestStep, performance.now() - begun);
    } while (from !== undefined);
    clearInterval(others);
    expect(anonymised).toEqual(['l24']);
    expect(longestStep).toBeLessThan(5_000);
    expect(longestTurn).toBeLessThan(1_000);
  }, 60_000);
});

describe('a text names somebody erased', () => {
  const names = async (value: string, text: string) => {
    const { deps } = depsOf([]);
    return (await findNaming(deps, about(value), [text], (row) => [row])).naming.size === 1;
  };

  it.each([
    ['ann@mail.test', 'Ann@Mail.test'],
    ['ann@mail.test', 'https://shop.test/?email=ann%40mail.test&x=1'],
    ['ann@mail.test', 'Call ann@mail.test. She waits.'],
    ['ann@mail.test', '{"to":["Ann <ann@mail.test>"]}'],
    ["o'neill@mail.test", "https://shop.test/?email=o'neill@mail.test"],
    ['+491701234567', 'Call +49 170 1234567 back'],
    ['+442079460000', '+44 (0)20 7946 0000'],
    ['01701234567', '0170/123-4567'],
    ['auth0|4711', 'user auth0|4711 failed'],
    ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'device {6BA7B810-9DAD-11D1-80B4-00C04FD430C8}'],
    ['123456', 'card 12 34-56'],
    ['u1', ' u1 '],
  ])('%s in "%s"', async (value, text) => {
    expect(await names(value, text)).toBe(true);
  });

  it.each([
    ['u1', 'user u1 failed'],
    ['ann@mail.test', 'joann@mail.test'],
    ['+491701234567', '+49 170 12345678'],
  ])('and %s is not in "%s"', async (value, text) => {
    expect(await names(value, text)).toBe(false);
  });
});
