#!/bin/sh
# Install Debian packages when this user may, or name the command that somebody else must run.
set -eu
if [ "$(uname -s)" != Linux ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Please install what Debian calls $* (this machine has no apt-get), then run make again." >&2
    exit 2
fi
if [ "$(id -u)" != 0 ]; then
    echo "Please run: sudo apt-get update && sudo apt-get install -y $*" >&2
    echo "Then run make again." >&2
    exit 2
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@" >/dev/null
