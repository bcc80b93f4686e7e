#!/bin/sh
# Sees to what the tests need beside Python: Chromium, a font with Japanese letters, and nginx (docs/deploy). Installs
# them as root on Debian or Ubuntu; elsewhere says what to install.
set -eu

missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    missing="chromium"
[ -n "$(fc-list :lang=ja 2>/dev/null)" ] || missing="$missing fontconfig fonts-noto-cjk"
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests: $missing"
    log=$(mktemp)
    policy=/usr/sbin/policy-rc.d
    export DEBIAN_FRONTEND=noninteractive
    # nginx would be started at once; the tests start their own.
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && trap 'rm -f "$policy"' EXIT; }
    # shellcheck disable=SC2086
    { apt-get -o DPkg::Lock::Timeout=300 update &&
        apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends $missing; } >"$log" 2>&1 ||
        { cat "$log" >&2; exit 1; }
    rm -f "$log"
else
    echo "The tests need Chromium, a font with Japanese letters, and nginx. Please install:$(printf ' %s' $missing)" >&2
    echo "(on Debian or Ubuntu: sudo apt-get install $missing)" >&2
fi
