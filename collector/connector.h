/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_CONNECTOR_H
#define ISOBAR_CONNECTOR_H

#include "base/json_view.h"
#include "model/org.h"
#include "net/http_message.h"

/*
 * A connector is the code for one kind of provider.  It only builds requests and reads
 * answers: no socket, SQL, clock, log or environment of its own.  collector/run.c owns
 * the transfers, retries, rates and storage; formats read the records.
 *
 * A run is a list of parts.  Each part is listed page by page on its own, with a cursor
 * that is stored with each page, and is complete or not on its own: a complete part
 * proves the scopes that it names (docs/collecting.md).  The first part is "plan": its
 * pages find the others.
 */

/* --- a configured source --- */

enum source_setting_flags {
	SOURCE_REQUIRED = 1 << 0,
	SOURCE_SECRET = 1 << 1, /* sealed in the database, or in a file beside it */
	SOURCE_LIST = 1 << 2,   /* comma-separated; source_list() */
	SOURCE_URL = 1 << 3     /* url_check_endpoint() */
};

/* What `isobar source add --set KEY=VALUE` takes. */
struct source_setting {
	const char *key; /* "tenant" */
	unsigned int flags;
	const char *fallback; /* NULL: "" */
	const char *help;     /* one line */
};

struct source_value {
	const char *key, *value;
};

struct live_source {
	struct org org;
	const char *name;
	const struct connector *connector;
	const struct source_value *values; /* secrets too; never printed */
	size_t n_values;
	timestamp since; /* when its last run that was done began; TIMESTAMP_NONE: none */
};

/* The value, or the setting's fallback, or ""; an unknown key is an assert. */
const char *source_get(const struct live_source *s, const char *key) NON_NULL;
/* A list's elements without blanks around them. */
size_t source_list(const struct live_source *s, const char *key, struct arena *a,
                   const char ***out);

/* What the process stands in: variables and files, read for each credential anew. */
struct surroundings {
	const char *(*variable)(const char *name, void *ctx); /* NULL: not set */
	/* At most 64 KiB of it, NUL-terminated. */
	int (*read_file)(const char *path, struct arena *a, const char **out, void *ctx,
	                 struct error *err);
	void *ctx;
};

/* --- credentials --- */

/* On its way, or live; its texts are in an arena of its own. */
struct credential {
	const char *name;  /* as in struct part_request: an audience, a role, "" */
	unsigned int step; /* the connector's own */
	const char *bearer;
	const char *key_id, *secret,
	        *session;     /* of AWS; key_id and PEM of a key elsewhere */
	const char *note;     /* the connector's own */
	timestamp expires_at; /* TIMESTAMP_NONE: never */
};

/* --- parts --- */

struct part {
	const char
	        *name; /* unique in its run: "plan", "securityhub/111122223333/eu-west-1" */
	const char *kind;  /* the connector's own word, "plan" of the first */
	const char *data;  /* what the connector needs to list it; "" */
	const char *title; /* of the account, subscription or project, for people; NULL */
	/* Scopes in finding.scope's words that this part proves when it is complete, with all
	 * below them ("S/..."); none: it closes nothing. */
	const char *const *scopes;
	size_t n_scopes;
};

struct part_request {
	struct http_request http; /* without what authorises it */
	const char *credential;   /* which one authorises it; NULL: none */
	const char *format; /* that reads its records (format_find()); NULL: no records */
	const char *feed;   /* of intelligence that its body is of; NULL: none */
	bool redirects;     /* page() reads 3xx answers too */

	/* Requests of one key share a token bucket of the documented rate. */
	const char *rate_key;
	unsigned int rate, burst; /* requests a minute, at once */
};

/* What an answer holds beside its records; lives in the arena given. */
struct part_page {
	const char *next;   /* cursor of the next page; NULL: the part ends */
	struct part *parts; /* that the plan found on this page */
	size_t n_parts;
	const char *partial; /* why the part is not complete though it ends; NULL: it is */
	const char *title;   /* of the account, subscription or project, for people; NULL */
};

/* What an answer that is no page means. */
enum refusal {
	REFUSAL_RETRY,      /* throttled, or may pass */
	REFUSAL_CREDENTIAL, /* another token, once */
	REFUSAL_DENIED,     /* this part may not be read */
	REFUSAL_ABSENT,     /* the service is not switched on there, or it is gone */
	REFUSAL_RESTART,    /* the cursor has expired: from the first page, once */
	REFUSAL_FATAL       /* the request is wrong: retrying is useless */
};

/* What an answer tells of the rate; remaining < 0: nothing. */
struct quota {
	int64_t remaining;
	unsigned int resets_after_ms;
};

struct page_input {
	const struct part *part;
	const char *cursor; /* that asked for it */
	const struct http_response *response;
	/* Without a format or feed the whole body; with one what is around the records.
	 * It does not exist of a redirect, and of CSV. */
	struct json_view body;
	size_t n_records;
};

struct connector {
	const char *name;  /* "azure": what `isobar source add --connector` takes */
	const char *title; /* "Microsoft Azure" */
	const struct source_setting *settings; /* ends with key NULL */

	/*
	 * The next request on the way to a credential: out->url NULL says that it is
	 * live.  c is what is known so far, at first its name alone; texts go into a.
	 * ERR_INVALID: a setting, variable or file is wrong or missing, one clear line.
	 */
	int (*credential_request)(const struct live_source *s,
	                          const struct surroundings *env, struct credential *c,
	                          timestamp now, struct arena *a, struct http_request *out,
	                          struct error *err);
	/*
	 * Takes an answer of any status in.  ERR_DENIED: refused for good, with the
	 * provider's code explained and never anything secret; ERR_TRANSIENT: ask again.
	 * body does not exist when the answer is no JSON.
	 */
	int (*credential_answer)(const struct live_source *s, struct credential *c,
	                         const struct http_response *resp, struct json_view body,
	                         timestamp now, struct arena *a, struct error *err);
	/* Puts a live credential on a request, which has been built for this moment. */
	int (*authorize)(const struct live_source *s, const struct credential *c,
	                 timestamp now, struct arena *a, struct http_request *req,
	                 struct error *err);

	/* The request for the page behind cursor, NULL for the first. */
	int (*request)(const struct live_source *s, const struct part *part,
	               const char *cursor, timestamp now, struct arena *a,
	               struct part_request *out, struct error *err);
	/* Reads a 2xx answer.  ERR_INVALID: it is no page of this listing. */
	int (*page)(const struct live_source *s, const struct page_input *in,
	            struct arena *a, struct part_page *out, struct error *err);
	/* Reads any other answer; why is one line for people with the provider's own code. */
	enum refusal (*refusal)(const struct live_source *s, const struct part *part,
	                        const struct http_response *resp, struct json_view body,
	                        struct error *why);
	/* NULL: answers say nothing of the rate. */
	void (*quota)(const struct http_response *resp, struct quota *out);
};

extern const struct connector azure_connector, aws_connector, gcp_connector, oci_connector,
        alertlogic_connector;
/* Feeds of intelligence: what they say holds for all orgs, and is no finding. */
extern const struct connector epss_connector, kev_connector, nvd_connector;

extern const struct connector *const connectors[];
extern const size_t n_connectors;

const struct connector *connector_find(const char *name); /* NULL: unknown */

#endif
