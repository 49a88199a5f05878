/** What needs somebody's eye, though the run goes on. */
export interface DeliveryProblem {
  kind: 'missing' | 'edited' | 'dropped' | 'uncut' | 'incomplete';
  /** Id of the file that it is about; '' where there is none. */
  id: string;
  source: string;
  /** The other sources that it is about, by name. */
  others?: readonly string[];
}
