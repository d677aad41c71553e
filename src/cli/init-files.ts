/** The texts that `tributary init` writes. */
import { resolve } from 'node:path';

/** What the questions find out. */
export interface Answers {
  brand_id: string;
  brand_name: string;
  currency: string;
  time_zone: string;
  /** An absolute path. */
  data: string;
  /** Null for a file in the data folder. */
  warehouse: string | null;
  port: number;
  /** The address at which others reach the server; null if only this machine does. */
  public_address: string | null;
}

/** A commented configuration. Comments are allowed in every configuration file. */
export function configText({
  brand_id,
  brand_name,
  currency,
  time_zone,
  warehouse,
  public_address,
  port,
}: Answers): string {
  const json = JSON.stringify;
  const comment = (text: string): string => text.replaceAll(/[\r\n\u2028\u2029]/g, ' ');
  return `// The configuration of Tributary. Every setting is explained in docs/settings.md; a setting that is left out has its default.
{
  // The brands, each by the brand_id of its events. Settings of all brands can stand in "defaults".
  "brands": {
    // ${comment(brand_name)}
    ${json(brand_id)}: {
      // The currency of records without one, and of reports.
      "currency": ${json(currency)},
      // Days of reports are calendar days of this zone.
      "time_zone": ${json(time_zone)},
      // How many days before an order a touch may earn credit: views; email clicks; everything else.
      "windows": {"view_days": 1, "email_days": 7, "click_days": 30}
    }
  },
  // Where the tables are: a DuckDB file in the data folder, or "clickhouse://user@host:8123/database".
  ${warehouse === null ? '// "warehouse": "clickhouse://tributary@localhost:8123/tributary",' : `"warehouse": ${json(warehouse)},`}
  // Of an IP address only the network is kept: "truncated". "none" keeps nothing, "full" all of it.
  "ip_storage": "truncated",
  // Requests per minute and key.
  "rate_limit_per_minute": 6000,
${
  public_address === null
    ? '  // The proxy in front of a public server, so that addresses are those of visitors.\n  // "trust_proxy": ["127.0.0.1"],\n'
    : `  // ${comment(public_address)} leads to port ${port} through a proxy on this machine.\n  "trust_proxy": ["127.0.0.1"],\n`
}  "log_level": "info"
}
`;
}

/** A word of a systemd command line: quoted, and without specifiers. */
function word(text: string): string {
  const escaped = text
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
    .replaceAll(/["\\]/g, (sign) => `\\${sign}`);
  return `"${escaped}"`;
}

/** A service that starts the server with the machine. The server listens on this machine only; a proxy makes it public. */
export function serviceText({ data, port }: Answers, { config }: { config: string }): string {
  const program = [process.execPath, resolve(import.meta.dirname, '../../bin/tributary.js')];
  const command = [...program, 'serve', '--config', config, '--data', data, '--port', String(port)];
  return `# Copy to /etc/systemd/system/ and run: systemctl enable --now tributary
[Unit]
Description=Tributary: conversion tracking and attribution
After=network-online.target
Wants=network-online.target

[Service]
# The user that owns the data folder: useradd --system tributary && chown tributary DATA_FOLDER CONFIGURATION
User=tributary
# Secrets of the configuration, as NAME=value: readable by root alone.
EnvironmentFile=-/etc/tributary/environment
ExecStart=${command.map(word).join(' ')}
Restart=on-failure
RestartSec=5
# Accepted events are on disk; the rest of a request ends within this time.
TimeoutStopSec=60
UMask=0077
# The engine takes most of the memory that it finds; raise or lower both with the machine.
MemoryHigh=75%
MemoryMax=90%
# The program writes to the data folder and nowhere else.
ProtectSystem=strict
ReadWritePaths=${word(data)}
PrivateTmp=true
PrivateDevices=true
ProtectHome=read-only
ProtectProc=invisible
ProtectKernelTunables=true
ProtectKernelModules=true
ProtectKernelLogs=true
ProtectControlGroups=true
ProtectClock=true
ProtectHostname=true
# It needs no rights of root. MemoryDenyWriteExecute is left out, since the compiler of JavaScript writes code.
NoNewPrivileges=true
CapabilityBoundingSet=
# The C library looks up names of hosts with AF_NETLINK.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
RemoveIPC=true
SystemCallArchitectures=native
# What ordinary services call, and the keys of memory with which the compiler of JavaScript protects its code.
SystemCallFilter=@system-service @pkey
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
