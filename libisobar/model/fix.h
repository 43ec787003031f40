/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_FIX_H
#define ISOBAR_FIX_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/finding.h"
#include "model/key.h"
#include "model/org.h"
#include "model/resource.h"

/*
 * Which action closes a risk: docs/fixes.md.  A change to these rules needs a new tag
 * in the keys.  Pure.
 */

/* A package and the version that mends it.  Texts live in the arena given. */
struct upgrade {
	const char *ecosystem; /* type of a package URL: "deb"; "" not stated */
	const char *package;   /* in lower case, but for those of Maven and Go */
	const char *version;   /* "3.0.15", or several: "1.2.9, 2.0.1" */
};

/* False: the finding names no package, or no version that mends it. */
bool upgrade_read(const char *package, const char *fixed_version, struct arena *a,
                  struct upgrade *out);
struct key upgrade_key(const struct org *org, const struct upgrade *u);

/* The numbers are stored: append, never reorder. */
enum fix_kind {
	FIX_UPGRADE,       /* of a package, in an image or on the hosts of an account */
	FIX_CONFIGURATION, /* what a control or rule wants, in an account */
	FIX_IDENTITY,      /* all that is wrong with one identity */
	FIX_SECRET         /* revoked, and taken out of one repository */
};

enum {
	N_FIX_KINDS = FIX_SECRET + 1
};

const char *fix_kind_name(enum fix_kind kind); /* "upgrade", ... */

/* What the fix of a risk follows from.  Texts are borrowed, never NULL. */
struct fix_input {
	const char *subject;
	enum finding_class class;
	const struct key *upgrade_id; /* of its worst finding that names one; or NULL */
	const struct key *asset_id;   /* canonical */
	enum provider provider;       /* of the asset, as all below */
	const char *account;
	const char *type;
	bool is_identity; /* the type is one of an identity */
};

struct fix {
	struct key id;
	enum fix_kind kind;
	bool has_upgrade, has_asset;
	struct key upgrade_id;
	struct key asset_id;    /* where it is done; without one, in the account */
	enum provider provider; /* NONE and "" when there is an asset */
	const char *account;    /* borrowed */
	const char *subject;    /* that its risks have in common, or ""; borrowed */
};

/* False: no action of its owner's is known to close it. */
bool fix_of(const struct org *org, const struct fix_input *in, struct fix *out);

/* What a fix is called follows from what is known at the time of asking. */
struct fix_words {
	enum fix_kind kind;
	bool has_asset;
	enum provider provider;
	const char *account, *asset, *subject, *package, *version;
	const char *remediation; /* of the control, one sentence; or "" */
};

/* "Upgrade openssl to 3.0.15 in registry/app"; lives in a. */
const char *fix_title(const struct fix_words *w, struct arena *a) NON_NULL;

#endif
