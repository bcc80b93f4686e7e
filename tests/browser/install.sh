#!/bin/sh
# Sees to what the browser tests need: Chromium and a font with Japanese letters. Installs them as root on Debian or
# Ubuntu; elsewhere says what to install.
set -eu

missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    missing="chromium"
[ -n "$(fc-list :lang=ja 2>/dev/null)" ] || missing="$missing fontconfig fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the browser tests: $missing"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { apt-get -o DPkg::Lock::Timeout=300 update &&
        apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends $missing; } >"$log" 2>&1 ||
        { cat "$log" >&2; exit 1; }
    rm -f "$log"
else
    echo "The browser tests need Chromium and a font with Japanese letters. Please install:$(printf ' %s' $missing)" >&2
    echo "(on Debian or Ubuntu: sudo apt-get install $missing)" >&2
fi
