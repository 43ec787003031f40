/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_SELECTOR_H
#define ISOBAR_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/risk_view.h"

/*
 * Risks, or findings, that a decision is about, as one line: "band=critical|high,
 * provider=azure,tag=team=shop".  Words are those of the queue's filters.  All keys hold;
 * of the alternatives of one between '|' any does.  docs/lifecycle.md has the keys.  Pure.
 */
#define SELECTOR_TEXT_MAX 1000 /* bytes */
#define SELECTOR_TAGS_MAX 8

enum selector_set { /* of a few words each */
	SELECT_BAND,
	SELECT_PROVIDER,
	SELECT_CLASS,
	SELECT_LAYER, /* bit 0 is the unknown one, bit n + 1 layer n */
	SELECT_RESPONSIBILITY,
	SELECT_ENVIRONMENT,
	N_SELECTOR_SETS
};

enum selector_text { /* patterns: model/pattern.h */
	SELECT_ACCOUNT,
	SELECT_REGION,
	SELECT_TYPE,      /* of the asset */
	SELECT_OWNER,     /* its name; "none": nobody */
	SELECT_SUBJECT,   /* or the CVE in it */
	SELECT_ASSET,     /* canonical id or name */
	SELECT_FRAMEWORK, /* that the control belongs to */
	SELECT_CONNECTOR, /* of findings only */
	SELECT_RULE,      /* of findings only */
	N_SELECTOR_TEXTS
};

struct selector_tag {
	const char *names;
	const char *values; /* NULL: any */
};

struct selector {
	unsigned int sets[N_SELECTOR_SETS];  /* bits of the enum's numbers; 0: all */
	const char *texts[N_SELECTOR_TEXTS]; /* NULL: all */
	struct selector_tag tags[SELECTOR_TAGS_MAX];
	size_t n_tags;
};

enum selector_kind {
	SELECTS_RISKS,
	SELECTS_FINDINGS /* knows connector and rule as well */
};

/*
 * Everything lives in a.  ERR_INVALID: "unknown key "regoin", did you mean "region"?
 * known: ...".  A selector without a key is none.
 */
int selector_parse(const char *text, enum selector_kind kind, struct arena *a,
                   struct selector *out, struct error *err) MUST_CHECK;

/* Reads back as the same; two that say the same in another order are one text. */
const char *selector_text(const struct selector *s, struct arena *a);

/* connector and rule are of a finding, NULL when a risk is asked for: what names them
 * selects no risk then. */
bool selector_matches(const struct selector *s, const struct risk_view *view,
                      const char *connector, const char *rule);

/* Does one of the tags have one of these names and, unless NULL, one of these values? */
bool tags_match(const struct asset_tag *tags, size_t n_tags, const char *names,
                const char *values);

#endif
