/** What the workflow of a run does next. Plain JSON: it is written into the workflow's history, so it holds no personal data. */
export type Next =
  | { readonly do: 'wait'; readonly dueAt: number; readonly label: string; readonly details: string }
  | {
      readonly do: 'deliver';
      readonly step: string;
      readonly visit: number;
      readonly label: string;
      readonly details: string;
      /** How long attempts go on before the delivery is dead. */
      readonly budgetSeconds: number;
    }
  | { readonly do: 'exit'; readonly reason: string };
