/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_JSON_LINE_H
#define ISOBAR_JSON_LINE_H

#include <stddef.h>

/*
 * The line, from 1, on which a value of a JSON text begins, for messages about a file that a
 * person wrote: the parser keeps no places.  path: "points.exposure"; index: of an element
 * of the array there, -1 for the value itself.  What is not there has the line of what
 * should hold it.  text is valid JSON (RFC 8259) without duplicate keys.
 */
int json_line_of(const char *text, size_t size, const char *path, int index);

#endif
