import { createPullers } from './pullers';
import { findSourceKind, sourceTypes } from './registry';

it('has somebody who reads every type of source that Heddle asks, and no other', () => {
  const asked = sourceTypes.filter((type) => findSourceKind(type)?.isPulled);
  const pullers = createPullers({ allowedTargets: [], sourceFolders: [], maxColumns: 1, maxPageBytes: 1_024 });
  expect(Object.keys(pullers).toSorted()).toEqual(asked.toSorted());
});
