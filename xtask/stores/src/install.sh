# Installs the Debian packages named by the arguments, as root, without letting any of them start a service of
# the system's or make a database cluster: what we run is private to us.
set -eu
export DEBIAN_FRONTEND=noninteractive

policy=/usr/sbin/policy-rc.d
kept=$policy.before-video-cards
cluster=/etc/postgresql-common/createcluster.d/video-cards.conf

restore() {
    rm -f "$policy" "$cluster"
    if [ -e "$kept" ]; then mv "$kept" "$policy"; fi
}

# A run that was killed half way left the machine's own policy aside: that one is kept, not ours.
if [ -e "$policy" ] && [ ! -e "$kept" ]; then mv "$policy" "$kept"; fi
trap restore EXIT
trap 'exit 130' INT TERM HUP

printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
mkdir -p "${cluster%/*}"
echo 'create_main_cluster = false' >"$cluster"

install() {
    apt-get install --yes --no-install-recommends --option DPkg::Lock::Timeout=120 "$@"
}

# The lists of packages are fetched only where they are missing or too old to be of use.
install "$@" || { apt-get update && install "$@"; }
