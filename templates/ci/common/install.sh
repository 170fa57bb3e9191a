#!/bin/sh
# install.sh - build git-evidence on a Debian runner and install it
#
# Run it from a checkout of the commit of git-evidence that you have pinned: it
# builds what it lies in.  As root, which the jobs of the templates are.

set -eu
cd "$(dirname "$0")/../../.."

apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
	gcc libc6-dev make pkg-config git gnupg bubblewrap \
	libgit2-dev libgpgme-dev libssl-dev zlib1g-dev libyaml-dev \
	libjansson-dev libexpat1-dev libunistring-dev
make -s PREFIX="${PREFIX:-/usr/local}" install
git evidence --version
