#!/usr/bin/env bash
# The Dockerfile's two base images, made on this machine, for where no registry of images can be reached: Debian from
# its packages, Node.js from the package that this project depends on, npm from the one that runs here. They go into
# buildah's storage under the names that the Dockerfile asks for. Root; about a minute and a half the first time, then
# from the cache.
#
# DEBIAN_MIRROR names another source of Debian's packages than debootstrap's own.
#
# Usage: local-base.sh CACHE_FOLDER NODE_BINARY NPM_FOLDER BASE_NAME NODE_NAME BUILDAH…
set -euo pipefail
cache=$1 node=$2 npm=$3 base_name=$4 node_name=$5
shift 5
buildah=("$@")

suite=bookworm
rootfs=$cache/debian-$suite.tar
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ ! -f "$rootfs" ]; then
  debootstrap --variant=minbase "$suite" "$work/root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$cache/debootstrap.log" 2>&1 ||
    { tail -20 "$cache/debootstrap.log" >&2; exit 1; }
  # What the slim images leave out as well.
  rm -rf "$work"/root/usr/share/{doc,man,info,locale,lintian}/* \
    "$work"/root/var/{lib/apt/lists,cache/apt,log}/* "$work"/root/etc/resolv.conf
  tar -C "$work/root" --sort=name -cf "$rootfs.new" .
  mv "$rootfs.new" "$rootfs"
fi

# make FROM NAME [SOURCE TARGET]…: a one-layer image.
make() {
  local from=$1 name=$2 container
  shift 2
  container=$("${buildah[@]}" from --pull-never "$from")
  while [ $# -gt 0 ]; do
    "${buildah[@]}" add --quiet "$container" "$1" "$2" >/dev/null
    shift 2
  done
  "${buildah[@]}" config --cmd '["bash"]' --env 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$container"
  "${buildah[@]}" commit --quiet --rm "$container" "$name" >/dev/null
}

has() { "${buildah[@]}" inspect --type image "$1" >/dev/null 2>&1; }

has "$base_name" || make scratch "$base_name" "$rootfs" /
if ! has "$node_name"; then
  shims=$work/shims
  mkdir "$shims"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$shims/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$shims/npx"
  make "$base_name" "$node_name" "$node" /usr/local/bin/node "$npm" /usr/local/lib/node_modules/npm "$shims" /usr/local/bin/
fi
