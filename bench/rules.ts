import { Query } from 'mingo';
import { compileRule } from '../src/domain/audiences/compile-rule';
import { profileView } from '../src/domain/audiences/profile-view';
import { Rule } from '../src/domain/audiences/rule.schema';
import { blank, epoch } from '../src/testing/rule-arbitraries';
import type { Json } from '../src/domain/json';
import type { Bench } from './bench';
import { median } from './measure';
import type { Profile, Trait } from '../src/domain/profiles/profile';

const profileCount = 2_000;
const ruleCount = 10;
const rounds = 7;
const tiers = ['gold', 'silver', 'bronze', 'none'];
const cities = ['Bern', 'Basel', 'Genf'];

/** Rules of five clauses, each with the filter that a person would write for mingo: no guards, nothing to slow it down. */
function ruleAndFilter(index: number): { rule: Rule; filter: Record<string, unknown> } {
  const spent = index * 100;
  return {
    rule: Rule.parse({
      all: [
        { trait: 'ltv', is: 'at_least', value: spent },
        { trait: 'tier', is: 'in', value: ['gold', 'silver', 'bronze'] },
        { trait: 'address.city', is: 'not_equals', value: 'Genf' },
        {
          any: [
            { trait: 'visits', is: 'greater_than', value: index },
            { trait: 'email', is: 'ends_with', value: '.ch' },
          ],
        },
      ],
    }),
    filter: {
      $and: [
        { 'traits.ltv.value': { $gte: spent } },
        { 'traits.tier.value': { $in: ['gold', 'silver', 'bronze'] } },
        { 'traits.address.value.city': { $ne: 'Genf' } },
        { $or: [{ 'traits.visits.value': { $gt: index } }, { 'traits.email.value': { $regex: '\\.ch$' } }] },
      ],
    },
  };
}

function person(index: number): Profile {
  const trait = (value: Json): Trait => ({ value, at: epoch, since: epoch, source: 'bench' });
  return {
    ...blank,
    traits: {
      ltv: trait((index * 37) % 1_500),
      tier: trait(tiers[index % tiers.length] as string),
      address: trait({ city: cities[index % cities.length] as string }),
      visits: trait(index % 15),
      email: trait(`person${index}@example.${index % 2 ? 'ch' : 'com'}`),
    },
  };
}

/** Evaluations of five-clause trait rules per second, against mingo on the same rules and profiles, in alternating rounds. */
export const rules: Bench = async () => {
  const people = Array.from({ length: profileCount }, (_, index) => person(index));
  const pairs = Array.from({ length: ruleCount }, (_, index) => ruleAndFilter(index));
  const compiled = pairs.map(({ rule }) => compileRule(rule));
  const queries = pairs.map(({ filter }) => new Query(filter));
  const closures = () => {
    let members = 0;
    for (const one of people) {
      const view = profileView(one);
      for (const rule of compiled) if (rule.evaluate(view, epoch).matches) members += 1;
    }
    return members;
  };
  const mingo = () => people.reduce((sum, one) => sum + queries.filter((query) => query.test({ ...one })).length, 0);
  if (closures() !== mingo()) throw new Error('The closures and mingo found different members.');
  const rates = Array.from({ length: rounds }, () => ({ value: perSecond(closures), floor: perSecond(mingo) }));
  const value = median(rates.map((rate) => rate.value));
  const floor = median(rates.map((rate) => rate.floor));
  return [{ name: 'rule evaluation', value, unit: 'evaluations/s', floor, ratio: value / floor, target: 3 }];
};

function perSecond(work: () => number): number {
  const startedAt = performance.now();
  work();
  return (profileCount * ruleCount * 1_000) / (performance.now() - startedAt);
}
