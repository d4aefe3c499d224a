# Shared by the scripts of this folder; sourced, never run.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
export SINETTI_CACHE=${SINETTI_CACHE:-$HOME/.cache/sinetti}
jobs=${SINETTI_JOBS:-$(nproc)}

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
note() { printf '   %s\n' "$*" >&2; }
# fail MESSAGE WHAT-TO-DO…
fail() {
  printf '\033[31m** %s\033[0m\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '   %s\n' "$line" >&2; done
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this step needs root: $*" "Run it as root, or install sudo and try again."
  fi
}

# The Debian mirror this machine already uses.
debian_mirror() {
  local site
  site=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk '$2 == "main" && $1 !~ /security/ && $1 ~ /debian\/?$/ { print $1; exit }')
  [ -n "$site" ] || fail "apt names no Debian mirror" "Give /etc/apt/sources.list one with the component main, and run apt-get update."
  echo "$site"
}

# One caller at a time for each thing in the shared cache: lock NAME
lock() {
  mkdir -p "$SINETTI_CACHE"
  exec {lock_descriptor}>"$SINETTI_CACHE/$1.lock"
  flock "$lock_descriptor"
}
