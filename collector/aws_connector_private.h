/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_AWS_CONNECTOR_PRIVATE_H
#define ISOBAR_AWS_CONNECTOR_PRIVATE_H

#include "connector.h"

/* What the files of the AWS connector share. */

/* --- where services live (aws_connector.c) --- */

/* "https://sts.eu-west-1.amazonaws.com", or the setting endpoint. */
const char *aws_base_url(const struct live_source *s, const char *service,
                         const char *region, struct arena *a) NON_NULL;
/* "aws", "aws-cn", "aws-us-gov". */
const char *aws_partition(const char *region);
/* The aggregation region, else the first of the regions: STS is asked there. */
const char *aws_home_region(const struct live_source *s, struct arena *a) NON_NULL;
/* "aws:amz:REGION:SERVICE": what libcurl signs for. */
const char *aws_sigv4(const char *region, const char *service, struct arena *a) NON_NULL;
bool aws_is_account(const char *text);
bool aws_is_region(const char *text);
/* Key, secret and session token on a request. */
void aws_sign(const struct credential *c, struct arena *a, struct http_request *req);

/* --- the way to a credential (aws_chain.c, aws_profile.c) --- */

enum aws_origin {
	AWS_ORIGIN_KEYS,
	AWS_ORIGIN_WEB_IDENTITY,
	AWS_ORIGIN_CONTAINER,
	AWS_ORIGIN_INSTANCE
};

/* A role that is assumed; session_name "": the setting's. */
struct aws_hop {
	const char *role_arn, *external_id, *session_name;
};

enum {
	AWS_HOPS_MAX = 8
};

/* Where the first credential comes from, and the roles assumed one after the other. */
struct aws_chain {
	enum aws_origin origin;
	const char *key_id, *secret, *session; /* of AWS_ORIGIN_KEYS */
	const char *token_file;                /* of AWS_ORIGIN_WEB_IDENTITY */
	struct aws_hop web;                    /* the same */
	struct aws_hop hops[AWS_HOPS_MAX];
	size_t n_hops;
};

/* name: "" or "account/ID".  ERR_INVALID: a setting, variable or file is wrong. */
int aws_chain_find(const struct live_source *s, const struct surroundings *env,
                   const char *name, struct arena *a, struct aws_chain *out,
                   struct error *err) MUST_CHECK;

/*
 * What a profile of the shared files says.  ERR_NOT_FOUND: there is no such profile, or
 * nothing in it to sign with.
 */
int aws_profile_chain(const struct surroundings *env, const char *profile, struct arena *a,
                      struct aws_chain *out, struct error *err) MUST_CHECK;

/* Never NULL. */
const char *aws_variable(const struct surroundings *env, const char *name);
/* Keys and tokens go into headers: ERR_INVALID names what, never its value. */
int aws_check_word(const char *what, const char *value, struct error *err) MUST_CHECK;

/* aws_credential.c */
int aws_credential_request(const struct live_source *s, const struct surroundings *env,
                           struct credential *c, timestamp now, struct arena *a,
                           struct http_request *out, struct error *err) MUST_CHECK;
int aws_credential_answer(const struct live_source *s, struct credential *c,
                          const struct http_response *resp, struct json_view body,
                          timestamp now, struct arena *a, struct error *err) MUST_CHECK;

/* --- listings (aws_lists.c, aws_guardduty_list.c) --- */

struct aws_ask {
	const struct live_source *s;
	const char *region;
	const char *cursor; /* NULL: the first page */
	struct arena *a;
	struct part_request *out;
};

struct aws_list {
	const char *name;    /* in the setting lists, and a part's kind */
	const char *service; /* in host names and signatures */
	const char *title;   /* for people */
	const char *action;  /* of IAM that lists it */
	unsigned int rate, burst;
	int (*request)(const struct aws_ask *ask, struct error *err);
	int (*page)(const struct page_input *in, struct arena *a, struct part_page *out,
	            struct error *err);
};

extern const struct aws_list aws_securityhub_list, aws_securityhub_v2_list,
        aws_inspector2_list, aws_guardduty_list;

const struct aws_list *aws_list_find(const char *name); /* NULL: unknown */
/* Does the setting lists have it? */
bool aws_lists_has(const struct live_source *s, const char *name, struct arena *a);
void aws_post_json(const struct aws_ask *ask, const char *service, const char *path,
                   const char *body);
/* A token that may come again; "" where there is none. */
int aws_next_token(struct json_view body, const char *key, const char **out,
                   struct error *err) MUST_CHECK;

/* --- refusals (aws_refusal.c) --- */

/* "AccessDeniedException", "" where an answer has none; letters and digits only. */
const char *aws_error_code(const struct http_response *resp, struct json_view body,
                           struct arena *a) NON_NULL;
enum refusal aws_refusal(const struct live_source *s, const struct part *part,
                         const struct http_response *resp, struct json_view body,
                         struct error *why);

#endif
