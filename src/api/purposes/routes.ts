import { PurposeDefinition, PurposeKey } from '../../domain/consent/purpose.schema';
import { definitionRoutes } from '../definition-routes';
import { PurposeBody, presentPurpose } from './presenter';
import { deletePurpose, savePurpose } from './save-purpose';

export const { routes: purposeRoutes } = definitionRoutes({
  ...{ path: '/v1/purposes', scope: 'consent', noun: 'purpose', key: PurposeKey },
  summaries: {
    list: 'What people consent to',
    get: 'One purpose',
    put: 'Define a purpose, or change it; who may be held at destinations is decided anew',
    delete: 'Forget a purpose that nothing needs; what people said of it stays',
  },
  input: PurposeDefinition.partial({ key: true }),
  body: PurposeBody,
  in: (store) => store.purposes,
  present: (purposes) => purposes.map(presentPurpose),
  save: savePurpose,
  delete: deletePurpose,
});
