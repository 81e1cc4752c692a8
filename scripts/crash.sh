#!/usr/bin/env bash
# Kills the real program, cuts it off from its database and fills its disk, and holds it to what it told its clients.
#
# usage: scripts/crash.sh [FILTER]    FILTER: only the tests whose names contain it
#
# CRASH_KILLS  how often a server is killed, for each database (20)
# CRASH_SEED   repeats the choices of an earlier run, which printed it
# CRASH_LOG    a file for what the servers log
set -euo pipefail
cd "$(dirname "$0")/.."
# The whole workspace is named so that nothing is built with other features than by the stages before. One at a time: each has servers of its own, and they share the machine with the model and the clients.
exec cargo test --locked --workspace --test crash -- --ignored --nocapture --test-threads=1 "$@"
