#ifndef ISOBAR_FORMAT_H
#define ISOBAR_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json_view.h"
#include "model/asset.h"
#include "model/finding.h"

/*
 * A format turns one record of a provider's file or page into canonical findings.
 * Formats only parse: no sockets, files, SQL, clock or log.  A record is an
 * element of the document's list of records (record_paths), one line of NDJSON,
 * one row of a CSV as an object {header: cell}, or the whole document.
 */

/* What a rule is, said apart from its findings (Defender's assessmentMetadata). */
struct rule_fact {
	const char *connector;
	const char *rule;
	const char *title; /* "" is not stated, as everywhere */
	int sev100;        /* SEV100_UNKNOWN: not stated */
	const char *description;
	const char *remediation;
};

/* One call of parse. */
struct parse_input {
	struct json_view envelope; /* its envelope_fields, an object; may not exist */
	struct json_view record;
	size_t ordinal; /* of the record in its file, from 0 */
};

/* An edge of the asset that a statement is about. */
struct edge_claim {
	enum edge_kind kind;
	bool incoming; /* other is where the edge begins; else where it ends */
	struct resource other;
};

/*
 * All that a record says of an asset's context: it replaces what the same source said of
 * the asset before, so a claim that is not repeated is withdrawn.
 */
struct asset_statement {
	struct resource resource;
	const char *tags; /* a JSON object of texts; "" not stated */
	struct context_claim *claims;
	size_t n_claims, room_claims;
	struct edge_claim *edges;
	size_t n_edges, room_edges;
};

/* What a record is about as a whole, though it may have no finding of it: a scan of an
 * image that found nothing. */
struct parse_scope {
	const char *connector, *scope;
};

/* A part of a record that cannot be read, beside others that can: a result of a
 * SARIF run, say.  It is quarantined alone. */
struct parse_problem {
	struct json_view item;
	const char *reason;
};

/*
 * What records make.  Arrays grow by the _add functions below; everything lives
 * in arena or is borrowed from the record's document.
 */
struct parse_output {
	struct arena *arena;
	struct finding *findings;
	size_t n_findings, room_findings;
	struct rule_fact *facts;
	size_t n_facts, room_facts;
	struct resource *resources; /* inventory: assets without findings */
	size_t n_resources, room_resources;
	struct asset_statement *statements;
	size_t n_statements, room_statements;
	struct parse_problem *problems;
	size_t n_problems, room_problems;
	struct parse_scope *scopes;
	size_t n_scopes, room_scopes;
};

/* Both return a zeroed or finding_init()ed element, valid until the next add. */
struct finding *parse_add_finding(struct parse_output *out) NON_NULL;
struct rule_fact *parse_add_fact(struct parse_output *out) NON_NULL;
struct resource *parse_add_resource(struct parse_output *out) NON_NULL;

/*
 * A statement about r, valid until the next one is added; its claims and edges grow by
 * the two functions below it.  evidence is copied.
 */
struct asset_statement *parse_add_statement(struct parse_output *out,
                                            const struct resource *r) NON_NULL;
void parse_add_claim(struct parse_output *out, struct asset_statement *s,
                     enum context_field field, int level, const char *evidence);
void parse_add_edge(struct parse_output *out, struct asset_statement *s,
                    enum edge_kind kind, bool incoming, const struct resource *other);

/*
 * Among the findings from first on, drops what was ignored or does not apply where one
 * of the same native id is open: a package that stands in two places is one finding, and
 * an ignore rule may be about one of the places.
 */
void parse_drop_shadowed(struct parse_output *out, size_t first);

/* Both as findings have them: they live as long as out's arena. */
void parse_add_scope(struct parse_output *out, const char *connector, const char *scope);

/* For records that hold many findings: this one is skipped, for this reason (copied). */
void parse_add_problem(struct parse_output *out, struct json_view item, const char *reason);

struct format {
	const char *name; /* "asff", "azure-assessments": shown, and taken by --format */

	/* Where the list of records may stand: "Findings", "detail/findings",
	 * "data/rows", ...; NULL-ended.  A bare array, NDJSON and a single record
	 * need no path. */
	const char *const *record_paths;

	/* What parse reads of the envelope, by key or "/object/key" (Trivy's
	 * ArtifactName): it is read whole before the first record is parsed, and these
	 * are kept with the records.  Keys of an object follow one another.
	 * NULL-ended; NULL: the envelope does not matter. */
	const char *const *envelope_fields;

	/* A record is a document with findings of its own (a SARIF run, a report of
	 * groups): what of it breaks the contract of finding_seal() is quarantined
	 * alone, the rest is taken. */
	bool holds_many;

	/* Keys whose values move with every export and change no finding (they may
	 * set last_seen and source_updated_at only); NULL-ended, or NULL.  A record
	 * that differs in nothing else is known without being parsed. */
	const char *const *volatile_keys;

	/* Keys whose texts (of lists and objects all) are or quote secrets that the tool
	 * found: masked before anything of the record is stored.  NULL-ended, or NULL. */
	const char *const *secret_keys;

	/* Does this record, in this envelope, have the shape?  By content only; must
	 * not be true for another format's records. */
	bool (*detect)(struct json_view envelope, struct json_view record);

	/*
	 * ERR_INVALID with one line on what is missing: the record is quarantined and
	 * what it added is dropped.  A record that is no finding by design (a passed
	 * roll-up, say) adds nothing and returns 0.
	 */
	int (*parse)(const struct parse_input *in, struct parse_output *out,
	             struct error *err);
};

/* All formats in the order in which detect is asked; formats.c. */
extern const struct format *const formats[];
extern const size_t n_formats;

const struct format *format_find(const char *name); /* NULL if unknown */

/* The first format that detects the record; NULL when none does. */
const struct format *format_detect(struct json_view envelope, struct json_view record);

#endif
