/**
 * The folder for temporary files that the environment names: TMPDIR (POSIX.1-2024, 8.3 "Other Environment Variables"), TMP or
 * TEMP, else `/tmp`. What `os.tmpdir` says of the process, said of any environment.
 */
export function temporaryFolder({ TMPDIR, TMP, TEMP }: Readonly<Record<string, string | undefined>>): string {
  return TMPDIR || TMP || TEMP || '/tmp';
}
