import type { Trait } from './profile';
import { untrustedLimits } from './profile-limits';
import { roomForAbsorbed, roomForTraits } from './untrusted-room';

const source = 'web';
const { bytes } = untrustedLimits.traits;
const text = (size: number): string => 'x'.repeat(size);
const trait = (value: Trait['value'], at: number): Trait => ({ value, at, since: at, source });
const merge = { purposes: new Map(), isTrusted: false };

describe('room for what untrusted sources say', () => {
  it.each([
    ['newest', 2, ['more']],
    ['newest', 0, []],
    ['first', 2, []],
  ] as const)('is made, by the rule %s, only by what is kept: said at %i leaves %j', (rule, at, kept) => {
    const traits = { large: trait(text(bytes - 1_000), 1) };
    const said = { traits: { large: '', more: text(2_000) }, at, source };
    expect(Object.keys(roomForTraits(traits, said, { large: rule })).filter((name) => name === 'more')).toEqual(kept);
  });

  it.each([
    ['newest', ['tags']],
    ['union', []],
  ] as const)('is, by the rule %s, asked for what two profiles have together', (rule, kept) => {
    const half = (letter: string) => trait([letter + text(bytes / 2)], 1);
    const [one, other] = [
      { traits: { tags: half('a') }, consent: {} },
      { traits: { tags: half('b') }, consent: {} },
    ];
    expect(Object.keys(roomForAbsorbed(one, other, { ...merge, rules: { tags: rule } }).traits)).toEqual(kept);
  });
});
