#!/usr/bin/env bash
# in_empty_debian.sh PACKAGE FOLDER   Installs the package in the Debian 12 of FOLDER (made when it is not there), runs it,
# removes it. With this machine's configuration of apt, so its mirror serves there too.
set -euo pipefail
package=$(realpath "$1")
root=$(realpath -m "$2")

if [ ! -e "$root/etc/debian_version" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase bookworm "$root" >&2
fi
cp -r /etc/apt/. "$root/etc/apt/"
mkdir -p "$root/usr/share/keyrings"
cp -r /usr/share/keyrings/. "$root/usr/share/keyrings/"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cp "$package" "$root/tmp/meetlat.deb"
within() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  ${https_proxy:+https_proxy="$https_proxy"} ${http_proxy:+http_proxy="$http_proxy"} "$@"; }
mounted=
cleanup() { [ -z "$mounted" ] || umount "$root/proc"; }
trap cleanup EXIT
mount -t proc proc "$root/proc"
mounted=yes

within dpkg --purge meetlat >/dev/null 2>&1 || true
within find / -xdev -name '*meetlat*' -not -path '/tmp/*' -not -path '/proc/*' | sort >"$root/tmp/before"
within apt-get -q update </dev/null >/dev/null
within apt-get -q -y install --no-install-recommends /tmp/meetlat.deb </dev/null >&2

# As somebody without rights, in a network that has loopback alone.
cat >"$root/tmp/try.sh" <<'TRY'
set -eu
cd "$(mktemp -d)"
export HOME=$PWD
meetlat --version
meetlat rules check
meetlat list --format txt 2>/dev/null | head -n 3
meetlat serve --out fixtures --port 0 --http-port 0 >log 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 300); do
  [ ! -e fixtures/ready.json ] || break
  kill -0 $server
  sleep 0.2
done
port=$(sed -n 's/.*"https_port": *\([0-9]*\).*/\1/p' fixtures/ready.json)
meetlat audit "meet.exemplary.test:$port" --hosts-file fixtures/hosts --ca-file fixtures/ca.pem \
  --ct-logs fixtures/ct-logs.cnf --geo fixtures/geo.txt --per-host-delay 0 --min-grade A >report
grep -q 'A very good' report
bash -ec 'source /usr/share/bash-completion/completions/meetlat; COMP_WORDS=(meetlat aud) COMP_CWORD=1; _meetlat
  [ "${COMPREPLY[*]}" = audit ]'
for page in meetlat.1 meetlat-rank.1 meetlat-report.5 meetlat.toml.5 meetlat-rules.7; do
  gzip -dc "/usr/share/man/man${page##*.}/$page.gz" | grep -q '^.SH NAME'
done
echo "runs"
TRY
unshare -n sh -c 'ip link set lo up; exec "$@"' sh chroot --userspec=nobody:nogroup "$root" \
  env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 sh /tmp/try.sh

# Unpacked anywhere else it finds its own data.
within rm -rf /opt/elsewhere
within dpkg --purge meetlat >&2
within dpkg-deb -x /tmp/meetlat.deb /opt/elsewhere
within /opt/elsewhere/usr/bin/meetlat rules check
within rm -rf /opt/elsewhere
within find / -xdev -name '*meetlat*' -not -path '/tmp/*' -not -path '/proc/*' | sort >"$root/tmp/after"
diff "$root/tmp/before" "$root/tmp/after" || { echo "what is left over stands above"; exit 1; }
echo "installed, ran, was removed"
