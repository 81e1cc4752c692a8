#!/usr/bin/env bash
# Checks for what the build needs; installs what is missing where it can, else says the one line to type.
#
# usage: scripts/bootstrap.sh build   Rust, a C and a C++ compiler, CMake, libclang
#        scripts/bootstrap.sh test    the same, Python 3.10 or newer with venv, Node.js 20 or newer with npm
set -euo pipefail

MINIMUM_RUST=1.95
MINIMUM_PYTHON=3.10
MINIMUM_NODE=20

missing=()          # what a person should read
debian_packages=()  # what apt would install for it

have() { command -v "$1" >/dev/null 2>&1; }

# at_least WANTED FOUND: whether version FOUND is WANTED or newer
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

have_libclang() {
  if [ -n "${LIBCLANG_PATH:-}" ]; then return 0; fi
  local candidates=(/usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* /usr/lib64/libclang.so*
    /usr/lib64/llvm*/lib*/libclang.so* /usr/lib/libclang.so* /usr/local/lib/libclang.so*
    /opt/homebrew/opt/llvm/lib/libclang.dylib /usr/local/opt/llvm/lib/libclang.dylib
    /Library/Developer/CommandLineTools/usr/lib/libclang.dylib
    /Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib/libclang.dylib)
  local candidate
  for candidate in "${candidates[@]}"; do
    if [ -e "$candidate" ]; then return 0; fi
  done
  return 1
}

# list A B C: A, B, C
list() {
  printf '%s' "$1"
  shift
  if [ $# -gt 0 ]; then printf ', %s' "$@"; fi
}

# need NAME DEBIAN_PACKAGE...
need() {
  missing+=("$1")
  shift
  debian_packages+=("$@")
}

look_for_build_tools() {
  missing=()
  debian_packages=()
  if ! { have cc || have gcc || have clang; } || ! { have c++ || have g++ || have clang++; } || ! have make; then
    need "a C and C++ compiler with make" build-essential
  fi
  have cmake || need CMake cmake
  have_libclang || need libclang libclang-dev
}

look_for_test_tools() {
  if ! have python3 || ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    need "Python 3 with venv" python3 python3-venv
  fi
  have node || need Node.js nodejs
  have npm || need npm npm
}

look() {
  look_for_build_tools
  if [ "$1" = test ]; then look_for_test_tools; fi
}

line_to_type() {
  if have apt-get; then
    echo "sudo apt-get update && sudo apt-get install -y ${debian_packages[*]}"
  elif have dnf; then
    echo "sudo dnf install -y gcc gcc-c++ make cmake clang-devel python3 nodejs npm"
  elif have pacman; then
    echo "sudo pacman -S --needed base-devel cmake clang python nodejs npm"
  elif have zypper; then
    echo "sudo zypper install -y gcc gcc-c++ make cmake clang-devel python3 nodejs npm"
  elif have brew; then
    echo "xcode-select --install; brew install cmake llvm python node"
  else
    echo "(with your system's package manager) install $(list "${missing[@]}")"
  fi
}

check_rust() {
  # rustup's own place, for shells that were open before it came
  if ! have cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then
    echo "Rust is installed but not in PATH. Type:  . \"\$HOME/.cargo/env\"" >&2
    exit 1
  fi
  if ! have cargo; then
    echo "Rust $MINIMUM_RUST or newer is missing. Type:" >&2
    echo "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\"" >&2
    exit 1
  fi
  local found
  found=$(cargo --version | cut -d ' ' -f 2)
  if ! at_least "$MINIMUM_RUST" "$found"; then
    echo "Rust $MINIMUM_RUST or newer is needed, this is $found. Type:  rustup update stable" >&2
    exit 1
  fi
}

check_versions_for_tests() {
  local python node
  python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  node=$(node --version | tr -d v)
  if ! at_least "$MINIMUM_PYTHON" "$python"; then
    echo "Python $MINIMUM_PYTHON or newer is needed, this is $python" >&2
    exit 1
  fi
  if ! at_least "$MINIMUM_NODE" "$node"; then
    echo "Node.js $MINIMUM_NODE or newer is needed, this is $node: see https://nodejs.org/en/download" >&2
    exit 1
  fi
}

purpose=${1:-build}
check_rust
look "$purpose"
if [ ${#missing[@]} -gt 0 ] && have apt-get && [ "$(id -u)" = 0 ]; then
  echo "Installing what is missing: $(list "${missing[@]}")"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${debian_packages[@]}" || true
  look "$purpose"
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "Missing: $(list "${missing[@]}"). Type:" >&2
  echo "  $(line_to_type)" >&2
  exit 1
fi
if [ "$purpose" = test ]; then check_versions_for_tests; fi
