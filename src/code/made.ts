/** What stands for a piece of a definition, until it is asked for as JSON. `Kind` keeps apart what must not be mixed up. */
export interface Made<Kind extends string, Piece> {
  readonly kind: Kind;
  toJSON(): Piece;
}

/** A piece that is complete as it stands. */
export const made = <Kind extends string, Piece>(kind: Kind, piece: Piece): Made<Kind, Piece> => ({
  kind,
  toJSON: () => piece,
});

/** As it is sent: pieces as what they stand for, and nothing of fields that are not there. */
export const asJson = <Definition>(definition: unknown): Definition =>
  JSON.parse(JSON.stringify(definition)) as Definition;
