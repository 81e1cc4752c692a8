#!/usr/bin/env bash
# Runs every check of this repository, one stage after the other, and ends with one line for the whole.
#
# usage: scripts/test.sh [STAGE...]    no stage: all of them
#
# A failed stage does not stop the later ones, except that nothing is run against a server that was not built.
set -o pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
export ANTIPHON_BINARY=${ANTIPHON_BINARY:-$target/debug/antiphon}

# How long each fuzz test runs.
export ANTIPHON_FUZZ_SECONDS=${ANTIPHON_FUZZ_SECONDS:-20}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0
failed=0
failed_stages=()

# Adds up the numbers that the test runners print: nextest, cargo test, pytest, node --test.
count() {
  local good bad
  read -r good bad < <(sed -e 's/\x1b\[[0-9;]*m//g' "$log" | awk '
    /Summary \[.*tests? run:/ || /^test result:/ || /^=+ .* in [0-9.]+s.* =+$/ || /^[0-9]+ (passed|failed).* in [0-9.]+s/ {
      for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed/) good += $(i - 1)
        if ($i ~ /^(failed|errors?|timed)/) bad += $(i - 1)
      }
    }
    /^(ℹ|#) pass [0-9]+$/ { good += $3 }
    /^(ℹ|#) (fail|cancelled) [0-9]+$/ { bad += $3 }
    END { print good + 0, bad + 0 }')
  passed=$((passed + good))
  failed=$((failed + bad))
  stage_failures=$bad
}

# stage NAME COMMAND...
stage() {
  local name=$1 begin=$SECONDS status
  shift
  echo
  echo "── $name"
  "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  count
  if [ "$status" -ne 0 ]; then
    failed_stages+=("$name")
    # a failure that no test runner counted: a compiler error, a lint, a crash
    if [ "$stage_failures" -eq 0 ]; then failed=$((failed + 1)); fi
  fi
  printf '── %s: %s after %d min %02d s\n' "$name" "$([ "$status" -eq 0 ] && echo passed || echo FAILED)" \
    $(((SECONDS - begin) / 60)) $(((SECONDS - begin) % 60))
  return "$status"
}

rust_tests() {
  # One server for all test processes; without this each would look for it, or start it, by itself.
  CARGO_TARGET_DIR=$target scripts/postgres.sh start >/dev/null || return 1
  rust_test_run
  local status=$?
  CARGO_TARGET_DIR=$target scripts/postgres.sh stop
  return $status
}

rust_test_run() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked
  else
    cargo test --workspace --locked --lib --bins --tests
  fi
}

dependencies() {
  if cargo deny --version >/dev/null 2>&1; then
    cargo deny --offline check bans licenses sources
  else
    echo "cargo-deny is not installed: left out"
  fi
}

run_stage() {
  case $1 in
    tools) stage "tools that the tests need" scripts/bootstrap.sh test ;;
    format) stage "formatting" cargo fmt --all --check -- -l ;;
    layers) stage "layers" cargo xtask check-layers ;;
    sizes) stage "file sizes" cargo xtask check-sizes ;;
    dependencies) stage "licences and bans" dependencies ;;
    build) stage "build" cargo build --workspace --all-targets --locked ;;
    openapi) stage "openapi.json" "$ANTIPHON_BINARY" openapi --check openapi.json ;;
    conformance-python) stage "conformance, Python SDK and raw HTTP" make --no-print-directory conformance-python ;;
    conformance-node-20) stage "conformance, JavaScript SDK on the installed Node.js" make --no-print-directory conformance-js-installed ;;
    conformance-node-22) stage "conformance, JavaScript SDK on Node.js 22" make --no-print-directory conformance-js-22 ;;
    training) stage "training recipe, without its framework" make --no-print-directory test-training-data ;;
    rust) stage "Rust tests" rust_tests ;;
    crash) stage "crashes and outages of the real program" scripts/crash.sh ;;
    doctests) stage "documentation examples" cargo test --workspace --locked --doc ;;
    lint) stage "clippy" cargo clippy --workspace --all-targets --locked -- -D warnings ;;
    docs) stage "documentation" env RUSTDOCFLAGS="-Dwarnings -Arustdoc::private_intra_doc_links" cargo doc --workspace --locked --no-deps --document-private-items ;;
    *)
      echo "scripts/test.sh: no stage is called $1" >&2
      return 2
      ;;
  esac
}

all=(tools format layers sizes dependencies build openapi conformance-python conformance-node-20 conformance-node-22
  training rust crash doctests lint docs)
if [ ! -f training/requirements.txt ]; then all=("${all[@]/training/}"); fi
if [ $# -gt 0 ]; then all=("$@"); fi

built=yes
for name in "${all[@]}"; do
  case $name in
    '') continue ;;
    openapi | conformance-*) if [ $built = no ]; then continue; fi ;;
  esac
  run_stage "$name"
  status=$?
  if [ $status -ne 0 ] && [ "$name" = build ]; then built=no; fi
  if [ $status -ne 0 ] && [ "$name" = tools ]; then break; fi
done

echo
printf 'All stages: %d min %02d s\n' $((SECONDS / 60)) $((SECONDS % 60))
for name in "${failed_stages[@]}"; do echo "FAILED: $name"; done
if [ ${#failed_stages[@]} -gt 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ ${#failed_stages[@]} -eq 0 ]
