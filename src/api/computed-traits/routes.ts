import { ComputedTraitDefinition } from '../../domain/audiences/computed/computed-trait.schema';
import { DefinitionKey } from '../../domain/definition-fields.schema';
import { definitionRoutes } from '../definition-routes';
import { ComputedTraitBody, presentComputedTrait } from './presenter';
import { deleteComputedTrait, saveComputedTrait } from './save-computed-trait';

export const { routes: computedTraitRoutes } = definitionRoutes({
  ...{ path: '/v1/computed-traits', scope: 'audiences', noun: 'computed trait', key: DefinitionKey },
  summaries: {
    list: 'What is worked out of what people did',
    get: 'One computed trait',
    put: 'Define a computed trait, or change it; profiles are brought to it in the background',
    delete: 'Forget a computed trait that nothing reads',
  },
  input: ComputedTraitDefinition.partial({ key: true }),
  body: ComputedTraitBody,
  in: (store) => store.computedTraits,
  present: (traits) => traits.map(presentComputedTrait),
  save: saveComputedTrait,
  delete: deleteComputedTrait,
});
