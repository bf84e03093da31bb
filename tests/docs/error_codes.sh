#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every code that the source can print has its paragraph in docs/errors.md, once, and the other way
# round: no paragraph for a code that nothing prints.
#   error_codes.sh SOURCE-DIR
set -eu
cd "$1"
printed=$(find core launcher ep platform modules \( -name '*.cc' -o -name '*.h' -o -name '*.c' \) \
  ! -name '*_test.cc' -exec grep -ohE '\bH[BCMPSTX]-[0-9]{2}\b' {} + | sort -u)
explained=$(sed -n 's/^## \(H[BCMPSTX]-[0-9][0-9]\) .*/\1/p' docs/errors.md | sort)
[ "$printed" = "$explained" ] && exit 0
printf '%s\n' "$printed" >"${TMPDIR:-/tmp}/printed.$$"
printf 'printed by the source (-) and explained in docs/errors.md (+) differ:\n'
printf '%s\n' "$explained" | diff "${TMPDIR:-/tmp}/printed.$$" - | grep '^[<>]' | tr '<>' '-+' || true
rm -f "${TMPDIR:-/tmp}/printed.$$"
exit 1
