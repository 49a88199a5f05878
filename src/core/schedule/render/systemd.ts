import { cronHours, dividesDay, minuteOf } from '../every.ts';
import { systemdAssignment, systemdPath, systemdWord } from '../quoting.ts';
import type { RenderedFile, Schedule } from '../schedule.ts';
import { commandWords, deadlineSeconds, explainSchedule, graceSeconds, keyName } from '../schedule.ts';

/**
 * What is taken from the service (systemd.exec(5)). Memory that is both written and run is not, since V8 compiles; a call that
 * is not allowed fails, since Node tries some that it can do without.
 */
const hardening = `NoNewPrivileges=yes
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
UMask=0077`;

/** A oneshot service and its timer, for /etc/systemd/system. */
export function renderSystemd(schedule: Schedule): RenderedFile[] {
  return [
    { file: `${schedule.name}.service`, text: service(schedule) },
    { file: `${schedule.name}.timer`, text: timer(schedule) },
  ];
}

function service(schedule: Schedule): string {
  const { name, profile, command, configFile, everyHours = 24 } = schedule;
  return `${comment(explainSchedule(schedule))}
#
# In /etc/systemd/system, as root:
#   audit-export schedule … | awk '/^# [^ ]+[.](service|timer)$/ { f = $2 } f { print > f }'
#   systemctl daemon-reload && systemctl enable --now ${name}.timer

[Unit]
Description=audit-export ${command}, profile ${profile.replaceAll('%', '%%')}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${execStart(schedule)}
# Credentials of AWS and of a source, where the machine has no role: AWS_PROFILE=…, readable by root only.
EnvironmentFile=-/etc/audit-export/${name}.env
# The configuration is readable by its owner only: systemd hands it over.
LoadCredential=config.json:${configFile.replaceAll('%', '%%')}
${handedOver(schedule)}${identity(schedule)}
StateDirectory=${name}
StateDirectoryMode=0700
Environment=${systemdAssignment('XDG_STATE_HOME', `/var/lib/${name}`)}
# The file that config.json is a copy of: audit-export status finds this state by its name, as root.
Environment=${systemdAssignment('AUDIT_EXPORT_CONFIG', schedule.configPath)}
${writable(schedule)}TimeoutStartSec=${deadlineSeconds(everyHours)}
TimeoutStopSec=${graceSeconds}
# A run that was told to stop is no failure. With 5 as well, lines in quarantine are none either.
SuccessExitStatus=130
ProtectHome=${needsHome(schedule) ? 'read-only' : 'yes'}
${hardening}
`;
}

/** The other files that it reads, and the key: systemd hands them over too, whoever may read them. */
function handedOver({ files, keyFile }: Schedule): string {
  const credential = (name: string, path: string): string =>
    `LoadCredential=${name}:${path.replaceAll('%', '%%')}\n`;
  const key =
    keyFile === undefined
      ? ''
      : `${credential(keyName, keyFile)}Environment=SNOWFLAKE_PRIVATE_KEY_PATH=%d/${keyName}\n`;
  return files.map(({ name, path }) => credential(name, path)).join('') + key;
}

/** Stands before the name of what lies in the folder of credentials, until words are quoted. */
const credentialMark = '\u0000';

function execStart({ program, ...schedule }: Schedule): string {
  const words = commandWords(
    { program, ...schedule },
    { config: `${credentialMark}config.json`, fileAt: ({ name }) => credentialMark + name },
  );
  return [
    ...program.map((word, index) => systemdWord(word, index === 0)),
    ...words.map((word) =>
      word.startsWith(credentialMark) ? `\${CREDENTIALS_DIRECTORY}/${word.slice(1)}` : systemdWord(word),
    ),
  ].join(' ');
}

/** What the service may write beside its state: a store that is a folder, and the folder of the metrics. */
function writable({ store, metricsFile }: Schedule): string {
  const metricsFolder = metricsFile?.replace(/\/[^/]*$/, '') || undefined;
  return [store.folder, metricsFolder]
    .flatMap((path) => (path === undefined ? [] : [`ReadWritePaths=${systemdPath(path)}\n`]))
    .join('');
}

/** Who runs it. */
function identity({ user, program }: Schedule): string {
  if (user !== undefined) return `User=${user}`;
  const hidden = program.some(isInHome)
    ? '\n# Node or audit-export lies in a home folder, which that user may not enter: install it for all, or schedule --user.'
    : '';
  return `# A user of its own. It must be able to read what is delivered: SupplementaryGroups=adm, or schedule --user.${hidden}
DynamicUser=yes`;
}

function needsHome({ program, inputs, store }: Schedule): boolean {
  return [...program, ...inputs, store.folder ?? ''].some(isInHome);
}

function isInHome(path: string): boolean {
  return /^\/(?:home|root|run\/user)\//.test(path);
}

function timer({ name, profile, everyHours = 24 }: Schedule): string {
  return `# When ${name}.service runs.

[Unit]
Description=audit-export, profile ${profile.replaceAll('%', '%%')}, every ${everyHours === 1 ? 'hour' : `${everyHours} hours`}

[Timer]
${when(name, everyHours)}
RandomizedDelaySec=300
AccuracySec=60

[Install]
WantedBy=timers.target
`;
}

/** A calendar begins anew each day, so hours that do not divide it are counted from run to run instead. */
function when(name: string, everyHours: number): string {
  if (!dividesDay(everyHours)) return `OnBootSec=300\nOnUnitActiveSec=${everyHours}h`;
  const minute = String(minuteOf(name)).padStart(2, '0');
  const hours = cronHours(everyHours).replace('*/', '00/').replace(/^0$/, '00');
  return `OnCalendar=*-*-* ${hours}:${minute}:00 UTC
# A run that was missed while the machine was off is made up for.
Persistent=true`;
}

function comment(sentences: readonly string[]): string {
  return sentences.map((sentence) => `# ${sentence}`).join('\n');
}
