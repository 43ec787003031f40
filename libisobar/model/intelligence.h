/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_INTELLIGENCE_H
#define ISOBAR_INTELLIGENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/timestamp.h"
#include "model/key.h"

/*
 * What the world says of CVEs apart from findings: feeds, as they are read
 * (collector/intel.h) and stored (store/intel_store.h), and the table that scoring
 * looks CVEs up in.
 */

/* The numbers are stored. */
enum intel_feed {
	INTEL_EPSS = 0,
	INTEL_KEV = 1,
	INTEL_CVE = 2, /* CVE records, with CISA's SSVC in them */
	INTEL_NVD = 3,
	INTEL_EXPLOITS = 4, /* not read yet */
	INTEL_OSV = 5       /* which advisory is which CVE */
};

enum {
	N_INTEL_FEEDS = INTEL_OSV + 1
};

const char *intel_feed_name(enum intel_feed feed);
int intel_feed_parse(const char *name, enum intel_feed *out); /* 0, or -1 */
/*
 * Is one file of the feed all that it says?  Then what is not in it has lost its value,
 * and no row may be left out.  Else a file holds records, each with its own time.
 */
bool intel_feed_is_whole(enum intel_feed feed);

/* Who scored, ascending by weight; the numbers are stored. */
enum cvss_scorer {
	CVSS_SCORER_NONE,
	CVSS_SCORER_ADP,
	CVSS_SCORER_CNA,
	CVSS_SCORER_NVD
};

/*
 * A CVSS score as one number: the greater one counts (newer version, then scorer, then
 * score).  Version as in a finding's flags: 2 v2, 3 v3.0, 4 v3.1, 5 v4.0.  0: none.
 */
#define CVSS_RANK(version, scorer, sev100) (((version)*10 + (scorer)) * 1000 + (sev100))

/* What one feed says of one CVE; fields of other feeds are as intel_row_empty. */
struct intel_row {
	uint64_t cve;
	size_t ordinal;     /* of reading: of two that are as new, the later one */
	timestamp modified; /* of its record; TIMESTAMP_NONE where a row has no time */
	timestamp published;
	timestamp kev_added, kev_due; /* midnight UTC */
	const char *vector;
	int32_t cvss; /* CVSS_RANK() */
	int32_t epss; /* units of 1e-5, 1..100000; -1 not stated */
	bool ransomware;
	int8_t exploitation; /* SSVC: 0 none, 1 proof of concept, 2 active; -1 not stated */
	int8_t automatable;  /* 0, 1; -1 not stated */
	int8_t total;        /* technical impact: 0 partial, 1 total; -1 not stated */
};

extern const struct intel_row intel_row_empty;

/* A record that says which CVEs advisories are. */
struct intel_advisory {
	const char *record; /* its id */
	size_t ordinal;
	timestamp modified;
	struct intel_alias {
		const char *alias; /* advisory id in upper case */
		uint64_t cve;
	} * aliases;
	size_t n_aliases;
};

#define INTEL_FAULTS_KEPT 20

/* A feed, or so many records of it, as read. */
struct intel_data {
	enum intel_feed feed;
	timestamp as_of;   /* what the feed says it is of; TIMESTAMP_NONE: nothing */
	const char *model; /* EPSS model, KEV version; "" for none */
	struct intel_row *rows;
	size_t n_rows, room_rows;
	struct intel_advisory *advisories;
	size_t n_advisories, room_advisories;
	size_t n_files;
	unsigned char digest[KEY_SHA256_SIZE]; /* of the content of all files */
	const char *faults[INTEL_FAULTS_KEPT]; /* of records that were passed over */
	size_t n_faults;                       /* more than are kept, maybe */
	struct arena *arena;
};

void intel_data_init(struct intel_data *d, enum intel_feed feed);
void intel_data_done(struct intel_data *d);
struct intel_row *intel_data_add(struct intel_data *d); /* as intel_row_empty */
struct intel_advisory *intel_data_add_advisory(struct intel_data *d);
/*
 * Sorts by CVE and by record; of several records of one, the newest stays.  ERR_INVALID:
 * a whole feed names a CVE twice.
 */
int intel_data_settle(struct intel_data *d, struct error *err) MUST_CHECK;

/* --- what scoring looks up --- */

/* A CVE, as all feeds together have it. */
struct intel {
	uint64_t cve;
	int32_t epss;      /* -1 not stated */
	int32_t kev_added; /* days since 1970; INTEL_NO_DAY: not in KEV */
	int32_t kev_due;
	int8_t maturity;         /* enum maturity */
	int8_t automatable;      /* SSVC; -1 not stated */
	int8_t total;            /* SSVC; -1 not stated */
	int8_t sev100;           /* -1 not stated */
	int8_t cvss_version;     /* as in a finding's flags */
	int8_t cvss_scorer;      /* enum cvss_scorer */
	bool vector_automatable; /* by the vector of the score */
	bool vector_total;
	bool is_silent; /* feeds say nothing of it: that is known, too */
};

#define INTEL_NO_DAY INT32_MIN

/* An advisory's one CVE; 0: feeds name several. */
struct intel_name {
	const char *alias;
	uint64_t cve;
	const char *text; /* the CVE */
};

/* Those CVEs that scoring came across: an estate has few of all that feeds speak of. */
struct intel_table {
	int64_t version;     /* of the newest snapshot in it; 0: empty */
	struct intel *slots; /* by a hash of the CVE, in arena; 0: free */
	size_t n_slots;      /* a power of two, or 0 */
	size_t n_rows;
	struct intel_name *names; /* by alias */
	size_t n_names;
	struct arena *arena; /* the caller makes it before the first row */
};

/* Adds a row, in place of the one of its CVE.  row->cve is not 0. */
void intel_put(struct intel_table *t, const struct intel *row);
/* Is there a row of the CVE, be it a silent one? */
bool intel_knows(const struct intel_table *t, uint64_t cve);
/* NULL when no feed speaks of it; t may be NULL. */
const struct intel *intel_find(const struct intel_table *t, const char *cve);
const struct intel_name *intel_find_name(const struct intel_table *t, const char *alias);

#endif
