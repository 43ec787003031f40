/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_VEX_STATEMENT_H
#define ISOBAR_VEX_STATEMENT_H

#include "format.h"

/* What the forms of VEX share: a statement on a vulnerability of a product. */
struct vex_statement {
	const char *connector;
	const char *author;    /* whose statement it is, "" where that says nothing */
	const char *id;        /* of the vulnerability */
	const char *product;   /* its id, a purl or not */
	const char *image;     /* its name where it is one by other means, else "" */
	const char *component; /* the part of the product, "" is the product itself */
	const char *package, *version; /* of the component, where it is no purl */
	const char *status;            /* in the words of the form */
	const char *why;               /* justification */
	const char *text;
	const char *action;
	timestamp at;
};

/* What a status says; false: it is none that is known. */
bool vex_state(const char *status, enum finding_state *out);

/* Adds the finding, without severity and aliases; NULL and *err when it is refused. */
struct finding *vex_add(const struct vex_statement *s, struct parse_output *out,
                        struct error *err);

/*
 * Statements override earlier ones: of the findings from first on with equal ids the
 * latest stays, by time, then by place.
 */
void vex_keep_latest(struct parse_output *out, size_t first);

#endif
