#!/usr/bin/env bash
# Builds, from Go modules: kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, etcd and CoreDNS
# as one program under seven names, cert-manager's controllers, and helm. About six minutes on two free cores for the
# first, two for the second, five for the third; nothing to do when they are there already. Needs Go, and disk for its
# caches: 0.8 GB of modules, 3 GB of objects.
set -euo pipefail
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binaries=${XDG_CACHE_HOME:-$HOME/.cache}/kubernetes-on-bare-machine/bin
kubernetes_version=1.36.3
helm_version=3.19.5

command -v go >/dev/null || { echo 'Go is needed to build Kubernetes: https://go.dev/dl' >&2; exit 1; }
mkdir -p "$binaries"

stamp=$(cat "$sources"/go.mod "$sources"/go.sum "$sources"/main.go | sha256sum | cut -c1-16)
if [ "$(cat "$binaries/stamp" 2>/dev/null)" != "$stamp" ]; then
  # Without it the API server would call itself v0.0.0, and charts that ask for a version would not install.
  version=k8s.io/component-base/version
  (cd "$sources" && go build -mod=mod -trimpath \
    -ldflags "-s -w -X $version.gitVersion=v$kubernetes_version -X $version.gitMajor=1 -X $version.gitMinor=36" \
    -o "$binaries/hyper.new" .)
  mv "$binaries/hyper.new" "$binaries/hyper"
  for name in etcd coredns kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy; do
    ln -sf hyper "$binaries/$name"
  done
  echo "$stamp" >"$binaries/stamp"
fi

# The controllers of cert-manager, for one test; most of what they need is built already.
issuing=$sources/cert-manager
stamp=$(cat "$issuing"/go.mod "$issuing"/go.sum "$issuing"/main.go | sha256sum | cut -c1-16)
if [ "$(cat "$binaries/cert-manager.stamp" 2>/dev/null)" != "$stamp" ]; then
  (cd "$issuing" && go build -mod=mod -trimpath -ldflags '-s -w' -o "$binaries/cert-manager.new" .)
  module=$(cd "$issuing" && go list -mod=mod -m -f '{{.Dir}}' github.com/cert-manager/cert-manager)
  rm -rf "$binaries/cert-manager-crds"
  mkdir "$binaries/cert-manager-crds"
  install -m 644 "$module"/deploy/crds/cert-manager.io_*.yaml "$binaries/cert-manager-crds/"
  mv "$binaries/cert-manager.new" "$binaries/cert-manager"
  echo "$stamp" >"$binaries/cert-manager.stamp"
fi

if [ "${1:-}" != --without-helm ]; then
  [ -x "$binaries/helm" ] || command -v helm >/dev/null ||
    GOBIN=$binaries go install -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@v$helm_version"
fi
echo "Kubernetes $kubernetes_version is in $binaries"
