/** Why one row was refused. `message` names the kind of value and the remedy, never the value. */
export interface RowRejection {
  readonly code:
    'no_identifier' | 'invalid_id' | 'invalid_value' | 'invalid_consent' | 'unknown_type' | 'missing_value';
  /** The column as the file names it; empty for the row as a whole. */
  readonly column: string;
  readonly message: string;
}
