#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# if_exists.sh SHARED FILE COMMAND…: runs COMMAND on SHARED/FILE; where that is absent the test is
# skipped (77).  ISOBAR_SHARED stands in for SHARED when it is set.
file=${ISOBAR_SHARED:-$1}/$2
shift 2
if [ ! -e "$file" ]; then
	echo "SKIP: no $file"
	exit 77
fi
exec "$@" "$file"
