// @ts-check
/**
 * The export with DuckDB, which has no partitioned JSON output: a table of one column, the line as it is, is written as
 * CSV without quotes: node duckdb-export.mjs FILE FOLDER. No validation, no hash in the name, no account of lines.
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [file = '', folder = ''] = process.argv.slice(2);
const quoted = (/** @type {string} */ text) => `'${text.replaceAll("'", "''")}'`;

const database = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await database.connect();
await connection.run(`SET TimeZone = 'UTC'`);
await connection.run(`
  COPY (
    WITH lines AS (
      SELECT line,
             json_extract_string(line, '$.eventName') AS name,
             json_extract_string(line, ['$.eventTime', '$.dt', '$.endTime', '$.EndTime', '$.dateTime', '$.DateTime']) AS times
      FROM read_csv(${quoted(file)}, columns = {line: 'VARCHAR'}, header = false, delim = chr(1), quote = '',
                    escape = '', auto_detect = false, max_line_size = 16777216)
    ), timed AS (
      SELECT line, name, list_filter(times, lambda time: time IS NOT NULL)[1] AS time FROM lines
    ), filed AS (
      SELECT line,
             CASE WHEN name LIKE '%:QueryAudit' THEN 'query'
                  WHEN name LIKE '%:CustomAudit' THEN 'custom'
                  WHEN name LIKE 'Tokenization:%' THEN 'tokenization'
                  WHEN name IS NOT NULL THEN 'system'
                  WHEN json_exists(line, '$.dt') THEN 'alert'
                  ELSE 'native-query' END AS type,
             CASE WHEN regexp_full_match(time, '\\d+') THEN make_timestamp(time::BIGINT * 1000)
                  ELSE replace(left(time, 19), 'T', ' ')::TIMESTAMP END AS moment
      FROM timed
    )
    SELECT line, type, strftime(moment, '%Y-%m-%d') AS dt, strftime(moment, '%H') AS hour FROM filed
  ) TO ${quoted(folder)} (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '', COMPRESSION gzip,
      PARTITION_BY (type, dt, hour), FILE_EXTENSION 'jsonl.gz')`);
