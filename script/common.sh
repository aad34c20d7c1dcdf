# Sourced by script/run, script/test and script/check: Debian packages, and building a CMake preset.
# The package lists stand here and nowhere else. Sourced with `set -euo pipefail` in force.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the lists are used by name

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit

packages_build=(
  ca-certificates ccache cmake g++ ninja-build pkg-config scdoc
  libboost-dev libcli11-dev libcurl4-openssl-dev libexpected-dev libfmt-dev libgmock-dev libgtest-dev libgumbo-dev
  libcld2-dev libicu-dev libldns-dev libmaxminddb-dev libmd4c-dev libpsl-dev libpugixml-dev libre2-dev libssl-dev libsqlite3-dev libtomlplusplus-dev
  libunbound-dev libyaml-cpp-dev nlohmann-json3-dev
)
# What the program reads while it runs.
packages_run=(ca-certificates dns-root-data poppler-utils publicsuffix)
packages_test=(coturn curl gnutls-bin ldnsutils libnss3-tools man-db nginx nmap nsd openssl prosody python3 python3-jsonschema
  python3-junitparser python3-slixmpp python3-websockets python3-yaml qpdf sslscan strace unbound zsh)
packages_check=(chromium clang clang-format clang-tidy debootstrap libclang-rt-dev lintian llvm systemd yamllint)

say() { printf '%s: %s\n' "script/$(basename "$0")" "$*" >&2; }

# need_packages LIST...   LIST is build, run, test or check. Installs what is missing, and says so first.
need_packages() {
  local list name missing=() sudo=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is no Debian; going on with what is installed (the packages are listed in script/common.sh)"
    return
  fi
  for list in "$@"; do
    local -n names="packages_$list"
    for name in "${names[@]}"; do
      [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "packages are missing, and neither root nor sudo is at hand. As root:"
      say "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
      exit 1
    fi
    sudo=(sudo)
    [ -t 0 ] || sudo=(sudo -n)
  fi
  say "installing with apt-get${sudo[0]:+ (through sudo)}: ${missing[*]}"
  "${sudo[@]}" apt-get -q update </dev/null >&2
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}" \
    </dev/null >&2
}

# need_geo   Sees to the table of countries that audits read. It is in Debian's tor-geoipdb, which depends on the Tor daemon;
# nobody who tries this program asked for a daemon, so where it is not installed its files alone are unpacked below build/.
need_geo() {
  local to=$top/build/geo
  [ ! -e /usr/share/tor/geoip ] && [ -z "${MEETLAT_GEO:-}" ] || return 0
  if [ ! -e "$to/usr/share/tor/geoip6" ]; then
    rm -rf "$to"
    mkdir -p "$to"
    if ! (cd "$to" && apt-get -q download tor-geoipdb && dpkg-deb -x tor-geoipdb_*.deb .) </dev/null >/dev/null 2>&1; then
      rm -rf "$to"
      say "no table of countries (Debian's tor-geoipdb): where hosts are will not be measured"
      return 0
    fi
  fi
  export MEETLAT_GEO=$to/usr/share/tor
}

# need_npm WHY PACKAGE@VERSION...   Programs that check what we make and have no Debian package: npm puts them under
# build/node, and nothing of them is run while they are installed. Fails where there is no npm, and says what that means.
need_npm() {
  local why=$1 package missing=()
  shift
  for package in "$@"; do
    [ -d "build/node/node_modules/${package%@*}" ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v npm >/dev/null; then
    say "no npm: $why (Debian has npm, where no other node is installed)"
    return 1
  fi
  say "installing with npm under build/node: ${missing[*]}"
  npm install --ignore-scripts --no-audit --no-fund --silent --prefix build/node "${missing[@]}" </dev/null >&2 ||
    { say "npm could not install them"; exit 1; }
}

# How many compilers at once: one a core, but no more than fit into memory with the sanitizers (about 1.5 GB each).
compile_jobs() {
  local cores fit
  cores=$(nproc)
  fit=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || echo "$cores")
  [ "${fit:-0}" -ge 1 ] || fit=1
  echo $((cores < fit ? cores : fit))
}

# build PRESET [TARGET...]   Configures when there is no build tree or the presets changed; ninja sees to the rest.
build() {
  local preset=$1
  shift
  # Objects are found again from another checkout, and without a home folder.
  export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1
  [ -n "${CCACHE_DIR:-}" ] || [ -w "${HOME:-/nonexistent}" ] || export CCACHE_DIR=$top/build/ccache
  if [ ! -e "build/$preset/build.ninja" ] || [ CMakePresets.json -nt "build/$preset/build.ninja" ]; then
    cmake --preset "$preset" >&2
  fi
  cmake --build "build/$preset" -j "$(compile_jobs)" ${1:+--target "$@"} >&2
}
