/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SOURCE_CHECK_H
#define ISOBAR_SOURCE_CHECK_H

#include "collector/connector.h"

/*
 * What an operator states of a source against what its connector takes: pure.  Each
 * mistake is one line without the value of a secret.
 */

#define SOURCE_NAME_MAX  100
#define SOURCE_VALUE_MAX 4096 /* bytes of a setting that is no secret */

/* Letters, digits and ._-, the first one no mark.  ERR_INVALID. */
int source_check_name(const char *name, struct error *err) MUST_CHECK;

/* ERR_INVALID: "unknown connector "azur", did you mean "azure"? known: ..." */
int source_check_connector(const char *name, const struct connector *const *known, size_t n,
                           const struct connector **out, struct error *err) MUST_CHECK;

/* ERR_INVALID: unknown, with the nearest one and all. */
int source_check_key(const struct connector *c, const char *key,
                     const struct source_setting **out, struct error *err) MUST_CHECK;

/* Of one that is no secret: length, characters, address, elements of a list. */
int source_check_value(const struct source_setting *s, const char *value,
                       struct error *err) MUST_CHECK;
/* Of a secret: not empty, not too long, no NUL inside. */
int source_check_secret(const struct source_setting *s, const char *text, size_t size,
                        struct error *err) MUST_CHECK;

/* Is all there that the connector must have?  keys: of settings and secrets. */
int source_check_complete(const struct connector *c, const char *const *keys, size_t n,
                          struct error *err) MUST_CHECK;

#endif
