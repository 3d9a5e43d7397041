import type { ResultKind } from '../domain/delivery/item-result';
import type { Operation, Send } from '../domain/delivery/operation';
import type { AudienceContext, Destination, HttpResponse, Plan, PlannedRequest } from './destination';
import { openContext } from './registry';

/** What a destination supplies to be held to the specification of the port. */
export interface Specimen {
  readonly destination: Destination;
  readonly settings: object;
  readonly secrets: object;
  /** Of one request. */
  readonly limits: { readonly maxItems: number; readonly maxBytes: number };
  /** A response that means success for so many items. */
  success(items: number): HttpResponse;
  /** A response that asks to come back after 30 seconds. */
  readonly throttled: HttpResponse;
  readonly refused: HttpResponse;
  readonly broken: HttpResponse;
  readonly notAcceptable: HttpResponse;
}

const now = Date.UTC(2026, 2, 1, 12);
const people = { email: 'ada@example.com', user_id: 'u-ada', phone: '+493090182099' };

export const aSend = (of: Partial<Send> = {}): Send => ({
  id: 'enr_1:remind:1',
  journey: 'abandoned-cart',
  version: 3,
  step: 'remind',
  enrollment: 'enr_1',
  profile: { id: 'prf_1', identifiers: people, traits: { first_name: 'Ada' } },
  payload: { template: 'cart-reminder', cart: 'c1' },
  timestamp: now - 5_000,
  ...of,
});

export const anOperation = (n: number, of: Partial<Operation> = {}): Operation => ({
  id: `aud_1:dst_1:prf_${n}:1`,
  operation: 'add',
  profile: `prf_${n}`,
  identifiers: { user_id: `u${n}`, email: `person${n}@example.com` },
  ...of,
});

/** The specification of every destination. */
export function describeDestination({ destination, settings, secrets, ...specimen }: Specimen): void {
  const context = (at = now): AudienceContext => ({
    ...openContext(destination, { settings, secrets }, at),
    audience: { key: 'vip', externalId: '4711' },
  });
  const planOf = (operations: readonly Operation[], at = now): Plan =>
    destination.planMembers?.(operations, context(at)) ?? { requests: [], refused: [] };
  const answer = (response: HttpResponse, planned: PlannedRequest) => destination.interpret(response, planned, now);
  const firstOf = ({ requests }: Plan): PlannedRequest => requests[0] as PlannedRequest;
  const anyRequest = (): PlannedRequest => firstOf(planOf([anOperation(1), anOperation(2)]));

  describe(`${destination.type} as a destination`, () => {
    it('refuses settings and secrets with a field it does not know, and names no value', () => {
      expect(() => openContext(destination, { settings: { ...settings, extra: 1 }, secrets }, now)).toThrow(/settings/);
      const open = () => openContext(destination, { settings, secrets: { ...secrets, extra: 'hush-hush' } }, now);
      expect(open).toThrow(/secrets/);
      expect(open).not.toThrow(/hush-hush/);
    });

    it('plans the same bytes for the same input', () => {
      const operations = [anOperation(1), anOperation(2, { operation: 'remove' })];
      expect(planOf(operations)).toEqual(planOf(operations));
    });

    it('gives every operation exactly one place', () => {
      const operations = Array.from({ length: 230 }, (_, n) => anOperation(n, { operation: n % 3 ? 'add' : 'remove' }));
      const { requests, refused } = planOf(operations);
      const places = [...requests.flatMap(({ items }) => items), ...refused.map(({ index }) => index)];
      expect(places.sort((a, b) => a - b)).toEqual(operations.map((_, index) => index));
    });

    it('never mixes additions and removals, and removes before it adds', () => {
      const operations = Array.from({ length: 40 }, (_, n) => anOperation(n, { operation: n % 2 ? 'remove' : 'add' }));
      const kinds = planOf(operations).requests.map(({ items }) => items.map((item) => operations[item]?.operation));
      expect(kinds.every((kind) => new Set(kind).size === 1)).toBe(true);
      const order = kinds.map(([kind]) => kind);
      expect(order.lastIndexOf('remove')).toBeLessThan(order.indexOf('add'));
    });

    it('stays within its limits of items and bytes', () => {
      const { maxItems, maxBytes } = specimen.limits;
      const long = (n: number) => ({ user_id: `${n}`.padEnd(190, 'u'), email: `${'a'.repeat(60)}${n}@example.com` });
      const operations = Array.from({ length: maxItems + 1 }, (_, n) => anOperation(n, { identifiers: long(n) }));
      const { requests } = planOf(operations);
      expect(requests.length).toBeGreaterThan(1);
      expect(Math.max(...requests.map(({ items }) => items.length))).toBeLessThanOrEqual(maxItems);
      const sizes = requests.map(({ request }) => Buffer.byteLength(request.body));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(maxBytes);
    });

    it('plans nothing for nobody', () => {
      expect(planOf([])).toEqual({ requests: [], refused: [] });
    });

    it.each<[string, HttpResponse, ResultKind]>([
      ['success', specimen.success(2), 'ok'],
      ['a request to slow down', specimen.throttled, 'throttled'],
      ['refused credentials', specimen.refused, 'auth'],
      ['a failure of its own', specimen.broken, 'transient'],
      ['a request it does not accept', specimen.notAcceptable, 'invalid'],
    ])('takes %s for every item of the request', (_, response, kind) => {
      const results = answer(response, anyRequest());
      expect(results.map((result) => [result.index, result.kind])).toEqual([
        [0, kind],
        [1, kind],
      ]);
    });

    it('passes on how long the vendor asks to wait', () => {
      expect(answer(specimen.throttled, anyRequest()).map(({ retryAfterMs }) => retryAfterMs)).toEqual([
        30_000, 30_000,
      ]);
    });

    it('takes no answer it cannot read for success, unless its status alone is the answer', () => {
      for (const body of ['', '<html>', 'null', '[]', '{']) {
        const [result] = answer({ status: 500, headers: {}, body }, anyRequest());
        expect(result?.kind).toBe('transient');
      }
    });

    it('keeps secrets and people out of codes and messages', () => {
      const echo = JSON.stringify({
        error: { code: 100, message: JSON.stringify([secrets, people]) },
        secrets,
        people,
      });
      const statuses = [200, 301, 400, 401, 403, 404, 410, 422, 429, 500, 503];
      const said = statuses.flatMap((status) => answer({ status, headers: {}, body: echo }, anyRequest()));
      const text = JSON.stringify(said);
      for (const hidden of [...Object.values(secrets), ...Object.values(people)]) expect(text).not.toContain(hidden);
    });

    it('carries secrets in no URL and in no body', () => {
      const planned = [...planOf([anOperation(1)]).requests, destination.test(context())];
      const text = JSON.stringify(planned.map(({ request }) => [request.url, request.body]));
      for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    });

    it('can test its connection with one request', () => {
      const planned = destination.test(context());
      expect(planned.items).toEqual([0]);
      expect(answer(specimen.refused, planned)).toMatchObject([{ index: 0, kind: 'auth' }]);
    });

    if (destination.planSend) {
      const send = (at = now): PlannedRequest => firstOf(destination.planSend?.(aSend(), context(at)) as Plan);

      it('carries the idempotency key of a send', () => {
        const { request, items } = send();
        expect(items).toEqual([0]);
        expect(JSON.stringify([request.headers, request.body])).toContain('enr_1:remind:1');
      });

      it('sends the same body at every attempt', () => {
        expect(send(now + 60_000).request.body).toBe(send().request.body);
      });

      it('declares its actions', () => {
        expect(Object.keys(destination.actions).length).toBeGreaterThan(0);
      });
    }
  });
}
