import { ruleFor } from './elements';

describe('the rule by which elements are hidden', () => {
  it.each([
    [[], '[data-heddle-audience]{display:none!important}'],
    [
      ['vip', 'new-here'],
      '[data-heddle-audience]:not([data-heddle-audience~="vip"]):not([data-heddle-audience~="new-here"]),' +
        '[data-heddle-not-audience~="vip"],[data-heddle-not-audience~="new-here"]{display:none!important}',
    ],
    [['"]{}*{x:y}'], '[data-heddle-audience]{display:none!important}'],
  ])('for %j', (audiences, rule) => {
    expect(ruleFor(audiences)).toBe(rule);
  });
});
