/** Chance. */
export interface Random {
  /** A number from 0 to below 1, all equally likely. */
  fraction: () => number;
}
