/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_REFUSAL_H
#define ISOBAR_REFUSAL_H

#include <stdbool.h>

#include "base/strbuf.h"

#include "problem.h"

/* An answer of the guard's own, which ends its connection; evhttp knows nothing of it. */
struct refusal {
	enum problem_name name;
	const char *detail;
	const char *path; /* "": not known */
	const char *request_id;
	const char *allow;          /* NULL: no such header */
	unsigned int retry_after_s; /* 0: no such header */
	bool is_head;               /* headers alone */
};

/* Appends the whole answer, status line to body, to out. */
void refusal_write(const struct refusal *r, struct strbuf *out);

/* Now, for a Date header (RFC 9110 5.6.7).  Holds until the next call. */
const char *http_date(void);

#endif
