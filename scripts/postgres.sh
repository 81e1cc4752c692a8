#!/usr/bin/env bash
# A throw-away PostgreSQL server for tests.
#
# usage: scripts/postgres.sh start [FOLDER]     starts one unless FOLDER names one that runs; prints its URL
#        scripts/postgres.sh stop [FOLDER]      stops it and removes its data
#        scripts/postgres.sh restart [FOLDER]   stops it without a farewell (as a crash would) and starts it on the same port
#
# FOLDER remembers the server between calls; by default it is `postgres` in Cargo's target folder. The data lies in a
# temporary folder that an unprivileged user owns, because PostgreSQL refuses to run as root. The server listens on
# 127.0.0.1, on a port of its own, and on a Unix socket in its data folder.
set -euo pipefail

command=${1:-}
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${2:-${CARGO_TARGET_DIR:-$root/target}/postgres}

say() { echo "$*" >&2; }

find_programs() {
  local candidate
  for candidate in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ]; then programs=$candidate; fi
  done
  if [ -z "${programs:-}" ] && command -v initdb >/dev/null && command -v postgres >/dev/null; then
    programs=$(dirname "$(readlink -f "$(command -v initdb)")")
  fi
  [ -n "${programs:-}" ]
}

install_programs() {
  if find_programs; then return 0; fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "PostgreSQL is missing. Type:  sudo apt-get install -y postgresql   (or what your system calls it)"
    exit 1
  fi
  say "Installing PostgreSQL"
  # Without this the package would start a server of its own.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/antiphon.conf
  { DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >&2
  find_programs || { say "the package postgresql brought no initdb"; exit 1; }
}

# as_owner COMMAND...: runs it as the user who owns the data
as_owner() {
  local owner
  if [ "$(id -u)" != 0 ]; then (cd / && "$@"); return; fi
  owner=$(user_of_server)
  if command -v setpriv >/dev/null; then
    (cd / && setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups env HOME=/ "$@")
  else
    (cd / && runuser -u "$owner" -- "$@")
  fi
}

user_of_server() { if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi; }

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

launch() {
  # The descriptor of the lock must not live on in the server.
  as_owner "$programs/pg_ctl" --pgdata "$data/cluster" --log "$data/log" --wait --timeout 60 --silent start 9>&- >&2 || {
    say "PostgreSQL did not start:"
    tail -n 20 "$data/log" >&2 || true
    return 1
  }
}

runs() { [ -n "${data:-}" ] && [ -d "$data/cluster" ] && as_owner "$programs/pg_ctl" --pgdata "$data/cluster" status >/dev/null 2>&1; }

start() {
  install_programs
  if runs; then cat "$folder/url"; return; fi
  if [ -n "${data:-}" ]; then rm -rf "$data"; fi
  data=$(mktemp -d "${TMPDIR:-/tmp}/antiphon-postgres.XXXXXX")
  if [ "$(id -u)" = 0 ]; then chown "$(user_of_server)" "$data"; fi
  local attempt port
  as_owner "$programs/initdb" --pgdata "$data/cluster" --username antiphon --auth trust --encoding UTF8 --locale C \
    --no-sync >"$data.log" 2>&1 || { cat "$data.log" >&2; rm -rf "$data" "$data.log"; exit 1; }
  rm -f "$data.log"
  for attempt in 1 2 3; do
    port=$(free_port)
    as_owner tee "$data/cluster/postgresql.auto.conf" >/dev/null <<CONF
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$data'
max_connections = 300
shared_buffers = 32MB
fsync = on
autovacuum_naptime = 5s
CONF
    if launch; then break; fi
    if [ "$attempt" = 3 ]; then rm -rf "$data"; exit 1; fi
  done
  echo "$data" >"$folder/data"
  echo "postgres://antiphon@127.0.0.1:$port/postgres" >"$folder/url"
  cat "$folder/url"
}

stop() {
  find_programs || return 0
  if runs; then as_owner "$programs/pg_ctl" --pgdata "$data/cluster" --mode immediate --wait --silent stop >&2; fi
  if [ -n "${data:-}" ]; then rm -rf "$data"; fi
  rm -f "$folder/data" "$folder/url"
}

restart() {
  find_programs && runs || { say "no server runs for $folder"; exit 1; }
  as_owner "$programs/pg_ctl" --pgdata "$data/cluster" --mode immediate --wait --silent stop >&2
  launch
  cat "$folder/url"
}

case $command in
  start | stop | restart) ;;
  *)
    sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

mkdir -p "$folder"
# One at a time: every test process asks for the server.
exec 9>"$folder/lock"
flock 9
data=$(cat "$folder/data" 2>/dev/null || true)
"$command"
