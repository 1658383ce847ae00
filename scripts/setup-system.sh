#!/bin/sh
# Makes sure of the Debian packages a purpose needs: setup-system.sh runtime|test|bench
# As root it installs the missing ones, and only those; otherwise it names them and ends with 1.
set -eu
LC_ALL=C
export LC_ALL

# package, and the program or file that shows it is there; "-" when only the package manager can tell.
runtime='ffmpeg:ffmpeg fonts-dejavu-core:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'
bench='nginx:/usr/sbin/nginx libnginx-mod-rtmp:- procps:ps'
test="$runtime $bench chromium:chromium openssl:openssl rtmpdump:rtmpdump postgresql:/usr/lib/postgresql
  prometheus:promtool sip-tester:sipp tshark:tshark gstreamer1.0-tools:gst-launch-1.0
  gstreamer1.0-plugins-base:- gstreamer1.0-plugins-good:- gstreamer1.0-plugins-bad:- gstreamer1.0-plugins-ugly:-
  gstreamer1.0-libav:- vlc-bin:vlc vlc-plugin-base:-"

purpose=${1:-}
case $purpose in
  runtime) wanted=$runtime ;;
  bench) wanted="$runtime $bench" ;;
  test) wanted=$test ;;
  *)
    echo "usage: $0 runtime|test|bench" >&2
    exit 2
    ;;
esac

present() { # package sign
  case $2 in
    -) ;;
    /*) [ -e "$2" ] && return 0 ;;
    *) command -v "$2" >/dev/null 2>&1 && return 0 ;;
  esac
  command -v dpkg-query >/dev/null 2>&1 || return 1
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for entry in $wanted; do
  present "${entry%%:*}" "${entry#*:}" || missing="$missing ${entry%%:*}"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "sightline: '$purpose' needs these packages:$missing" >&2
  echo "sightline: install them with: sudo apt-get install --no-install-recommends$missing" >&2
  exit 1
fi

echo "sightline: installing packages:$missing" >&2
# Debian starts a service as soon as it is installed. nginx is only run by tests, so nothing may take its ports now.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi
log=$(mktemp)
# shellcheck disable=SC2086 # the list is words
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } \
  </dev/null >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "sightline: apt-get failed, see $log" >&2
  exit 1
fi
rm -f "$log"
