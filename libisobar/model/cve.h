/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CVE_H
#define ISOBAR_CVE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A CVE id as a number, for tables of hundreds of thousands: the year before the
 * number, so that numbers sort by both.  0 is none.
 */
#define CVE_TEXT_MAX 32 /* "CVE-2024-3094" and its NUL; numbers go up to 15 digits */

/* 0 for what is not an id as CVE writes it (four digits at least, no others padded). */
uint64_t cve_pack(const char *text);
const char *cve_text(uint64_t cve, char buf[CVE_TEXT_MAX]);

#endif
