/** One metric: what Prometheus is told of it. */
export interface MetricRow {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds of the buckets of a histogram, in its unit. */
  buckets?: readonly number[];
  /** A gauge that a metrics file keeps from the run before until this run has a value of its own. */
  lasting?: true;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * All metrics. Names, units and suffixes follow Prometheus ("Metric and label naming": one prefix, base units, `_total` for
 * counters, `_timestamp_seconds` for moments). Every one also has the label `profile`. Names are a contract.
 */
export const metricTable = {
  linesRead: {
    name: 'audit_export_lines_read_total',
    type: 'counter',
    help: 'Lines read from the sources.',
    labels: [],
  },
  lines: {
    name: 'audit_export_lines_total',
    type: 'counter',
    help: 'Lines by what became of them and by audit type; a line of no known type is of type unknown.',
    labels: ['type', 'outcome'],
  },
  quarantined: {
    name: 'audit_export_quarantined_lines_total',
    type: 'counter',
    help: 'Lines set aside, by reason.',
    labels: ['reason'],
  },
  readBytes: {
    name: 'audit_export_read_bytes_total',
    type: 'counter',
    help: 'Bytes read from the sources, compressed where they are.',
    labels: [],
  },
  contentBytes: {
    name: 'audit_export_delivered_content_bytes_total',
    type: 'counter',
    help: 'Uncompressed bytes of the objects delivered or already there.',
    labels: [],
  },
  storedBytes: {
    name: 'audit_export_stored_bytes_total',
    type: 'counter',
    help: 'Bytes of the objects stored, as they lie in the store.',
    labels: [],
  },
  objects: {
    name: 'audit_export_objects_total',
    type: 'counter',
    help: 'Objects that are durable in the store: stored by this process, or already there under their name.',
    labels: ['status'],
  },
  putRequests: {
    name: 'audit_export_put_requests_total',
    type: 'counter',
    help: 'PUT requests sent, those that were tried again included.',
    labels: [],
  },
  retries: {
    name: 'audit_export_retries_total',
    type: 'counter',
    help: 'PUT requests tried again, by the cause of the failure.',
    labels: ['cause'],
  },
  spoolBytes: {
    name: 'audit_export_spool_bytes',
    type: 'gauge',
    help: 'Bytes that wait on disk for delivery.',
    labels: [],
  },
  spoolOldest: {
    name: 'audit_export_spool_oldest_timestamp_seconds',
    type: 'gauge',
    help: 'When the oldest bytes that wait on disk were written; 0 if none wait.',
    labels: [],
  },
  openPartitions: {
    name: 'audit_export_open_partitions',
    type: 'gauge',
    help: 'Partitions that have an object open.',
    labels: [],
  },
  deliveryLag: {
    name: 'audit_export_delivery_lag_seconds',
    type: 'histogram',
    help: 'Time from the oldest event of an object to its delivery, one observation for each object and audit type.',
    labels: ['type'],
    buckets: [
      minute,
      5 * minute,
      15 * minute,
      hour,
      3 * hour,
      6 * hour,
      12 * hour,
      day,
      2 * day,
      7 * day,
      30 * day,
    ],
  },
  newestEvent: {
    name: 'audit_export_newest_event_timestamp_seconds',
    type: 'gauge',
    help: 'Event time of the newest event delivered, by audit type.',
    labels: ['type'],
    lasting: true,
  },
  touchingQueries: {
    name: 'audit_export_touching_queries_total',
    type: 'counter',
    help: 'Queries read by collect that touched an object.',
    labels: [],
  },
  leftOutQueries: {
    name: 'audit_export_left_out_queries_total',
    type: 'counter',
    help: 'Of the queries that touched an object, those that left no record because no file names their user or their objects.',
    labels: [],
  },
  outage: {
    name: 'audit_export_outage',
    type: 'gauge',
    help: '1 while the store takes nothing and delivery waits for it, else 0.',
    labels: [],
  },
  runs: {
    name: 'audit_export_runs_total',
    type: 'counter',
    help: 'Runs that ended, by outcome.',
    labels: ['outcome'],
  },
  lastSuccess: {
    name: 'audit_export_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'When a run last ended with all its good lines durable (exit code 0 or 5).',
    labels: [],
    lasting: true,
  },
  lastRunStart: {
    name: 'audit_export_last_run_start_timestamp_seconds',
    type: 'gauge',
    help: 'When the last run began. Later than the end: it is under way, or was killed.',
    labels: [],
    lasting: true,
  },
  lastRunEnd: {
    name: 'audit_export_last_run_end_timestamp_seconds',
    type: 'gauge',
    help: 'When a run last ended, well or not.',
    labels: [],
    lasting: true,
  },
  lastRunExitCode: {
    name: 'audit_export_last_run_exit_code',
    type: 'gauge',
    help: 'Exit code of the last run that ended.',
    labels: [],
    lasting: true,
  },
  buildInfo: {
    name: 'audit_export_build_info',
    type: 'gauge',
    help: 'Always 1; the version of audit-export and of Node are its labels.',
    labels: ['version', 'node_version'],
  },
} as const satisfies Record<string, MetricRow>;

type Table = typeof metricTable;
export type MetricKey = keyof Table;

/** The labels of a metric with their values. */
export type LabelsOf<K extends MetricKey> = Readonly<Record<Table[K]['labels'][number], string>>;

type FactOf<K extends MetricKey> = {
  readonly metric: K;
  readonly value: number;
} & (Table[K]['labels'] extends readonly []
  ? { readonly labels?: undefined }
  : { readonly labels: LabelsOf<K> });

/**
 * Something to count or to show: what a counter grows by, what a gauge shows from now on, one observation of a histogram.
 */
export type MetricFact = { [K in MetricKey]: FactOf<K> }[MetricKey];
