import { own, type JsonObject } from '../../domain/json';
import { textAt } from '../read-fields';

const zeroDecimals = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' ');
const threeDecimals = 'BHD JOD KWD OMR TND'.split(' ');

const fields = ['amount_total', 'amount_subtotal', 'amount_due', 'amount_paid', 'amount_refunded'] as const;

/** The amounts of an object in units of its currency; Stripe counts in the smallest one (Stripe docs, "Supported currencies"). */
export function amountsOf(object: JsonObject): JsonObject {
  const currency = textAt(object, 'currency')?.toUpperCase() ?? '';
  const digits = zeroDecimals.includes(currency) ? 0 : threeDecimals.includes(currency) ? 3 : 2;
  return Object.fromEntries(
    fields.flatMap((field) => {
      const amount = own(object, field);
      // As decimal text: dividing would leave digits that nobody sent.
      return typeof amount === 'number' ? [[field, Number(`${amount}e-${digits}`)]] : [];
    }),
  );
}
