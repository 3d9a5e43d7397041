import { audience } from 'heddle/code';
import { trait } from '../heddle-types';

export const hotLeads = audience('hot-leads', 'Hot leads')
  .describe(
    'A score of 70 or more, for as long as the model that said so stands by it: the fact expires, and people leave by themselves.',
  )
  .where(trait('lead_score').atLeast(70));
