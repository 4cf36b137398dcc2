#!/usr/bin/env bash
# First process of a machine: in its own network, mount, pid and host-name namespaces. When it is killed, everything
# that runs on the machine is gone at once, as when the power fails.
#
# Usage: machine-init.sh MACHINE_FOLDER, with variables of machine.ts: MACHINE_NAME MACHINE_ADDRESS GATEWAY BINARIES IMAGES LABELS POD_NETWORK
set -euo pipefail
folder=$1

mount --make-rshared /
hostname "$MACHINE_NAME"
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/lock /var/log/containers /var/lib/cni /var/lib/kubelet
# Folders that kubelet and plugins use whatever they are told.
for fixed in /var/log/containers /var/lib/cni /var/lib/kubelet; do mount -t tmpfs tmpfs $fixed; done
# The kubelet wants these values; it is shown them, instead of changing those of the real machine.
for setting in vm/overcommit_memory:1 kernel/panic:10 kernel/panic_on_oops:1; do
  file=/run/sysctl-$(echo "${setting%%:*}" | tr / -)
  echo "${setting##*:}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%%:*}"
done

ip link set lo up
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
ip addr add "$MACHINE_ADDRESS/24" dev eth0
ip link set eth0 up
ip route add default via "$GATEWAY"

containerd -c "$folder/containerd.toml" >>"$folder/log/containerd.log" 2>&1 &
until ctr -a "$folder/containerd.sock" version >/dev/null 2>&1; do sleep 0.1; done
for image in $IMAGES; do
  ctr -a "$folder/containerd.sock" -n k8s.io images import "$image" >>"$folder/log/import.log" 2>&1
done
"$BINARIES/kubelet" --config "$folder/kubelet.yaml" --kubeconfig "$folder/kubelet.kubeconfig" \
  --hostname-override "$MACHINE_NAME" --node-ip "$MACHINE_ADDRESS" --root-dir "$folder/kubelet" \
  --node-labels "$LABELS" --v 2 >>"$folder/log/kubelet.log" 2>&1 &
"$BINARIES/kube-proxy" --kubeconfig "$folder/pki/kube-proxy.kubeconfig" --hostname-override "$MACHINE_NAME" --proxy-mode nftables \
  --cluster-cidr "$POD_NETWORK" --conntrack-max-per-core 0 --conntrack-tcp-timeout-established 0 \
  --conntrack-tcp-timeout-close-wait 0 >>"$folder/log/kube-proxy.log" 2>&1 &
trap 'exit 0' TERM
while :; do sleep 1000 & wait $!; done
