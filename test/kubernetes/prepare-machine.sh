#!/usr/bin/env bash
# Installs what the end-to-end tests need beside Kubernetes itself, on Debian and its kin: a container runtime, network
# plugins, and what builds the image. Starts nothing: a runtime of the machine's own is neither needed nor in the way.
set -euo pipefail
packages=(containerd runc containernetworking-plugins nftables iptables conntrack socat ethtool iproute2 util-linux
  buildah debootstrap)
missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
export DEBIAN_FRONTEND=noninteractive
# A policy that says no keeps the packages from starting their services.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod +x $policy
  trap 'rm -f $policy' EXIT
fi
apt-get update -q
apt-get install -y -q --no-install-recommends "${missing[@]}"
