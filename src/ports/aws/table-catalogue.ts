/** What became of a thing that should be so. */
export type Upkeep = 'created' | 'updated' | 'unchanged';

export interface CatalogueColumn {
  name: string;
  type: string;
}

/** A table over objects of a bucket. */
export interface CatalogueTable {
  name: string;
  comment: string;
  columns: CatalogueColumn[];
  partitions: CatalogueColumn[];
  location: string;
  format: {
    serde: string;
    serdeProperties: Record<string, string>;
    inputFormat: string;
    outputFormat: string;
  };
  /** `created-by` among them says whose it is. */
  properties: Record<string, string>;
}

/** A catalogue of tables, such as the Glue Data Catalog. */
export interface TableCatalogue {
  /** Makes the database if it is not there. */
  ensureDatabase: (database: string) => Promise<Upkeep>;
  /** Makes the table, or what differs in it. Throws `name-taken` for a table that somebody else made. */
  ensureTable: (database: string, table: CatalogueTable) => Promise<Upkeep>;
  /** The tables of a database, by name; none where there is no such database. */
  tables: (database: string) => Promise<CatalogueTable[]>;
  close: () => Promise<void>;
}
