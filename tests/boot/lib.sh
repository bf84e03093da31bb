# SPDX-License-Identifier: Apache-2.0
# Shared by the boot tests: a private folder, comparisons that show both sides, and skips that show
# their reason. TREE holds bin/httpd and libexec/, made by CMakeLists.txt.
set -eu
HTTPD=$TREE/bin/httpd
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

skip() {
  printf 'SKIPPED: %s\n' "$*"
  exit 77
}

# equal WHAT FOUND WANTED
equal() {
  [ "$2" = "$3" ] || fail "$1
found:
$2
wanted:
$3"
}

# contains WHAT TEXT PART
contains() {
  case $2 in
  *"$3"*) ;;
  *) fail "$1
found:
$2
wanted in it:
$3" ;;
  esac
}

# refused CODE PART COMMAND...: exit status 1, the code, the part and a fix.
refused() {
  code=$1 part=$2
  shift 2
  status=0
  message=$("$@" 2>&1) || status=$?
  equal "exit status of: $* ($message)" "$status" 1
  contains "message of: $*" "$message" "httpd: $code: "
  contains "message of: $*" "$message" "$part"
  contains "message of: $*" "$message" "
fix: "
}
