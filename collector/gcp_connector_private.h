/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_GCP_CONNECTOR_PRIVATE_H
#define ISOBAR_GCP_CONNECTOR_PRIVATE_H

#include "connector.h"

/* What the files of the GCP connector share. */

/* "https://SERVICE.googleapis.com", of the setting "universe", or the setting "endpoint". */
const char *gcp_base_url(const struct live_source *s, const char *service,
                         struct arena *a) NON_NULL;

/* --- the way to a credential (gcp_credential.c, gcp_key.c) --- */

enum gcp_way {
	GCP_WAY_SERVICE_ACCOUNT, /* a signed assertion for a token */
	GCP_WAY_FEDERATION,      /* another provider's token for one of Google's */
	GCP_WAY_METADATA         /* of the machine that this runs on */
};

/* What a credential file says; texts are in the arena, "" what it does not say. */
struct gcp_key {
	enum gcp_way way;
	const char *where; /* it was found, for messages */
	const char *token_url;
	const char *email, *key_id, *pem; /* of a service account */
	/* Of an external account. */
	const char *audience, *subject_type, *token_file, *token_field;
	const char *impersonation_url;
};

/* ERR_INVALID: a setting, variable or file is wrong or missing. */
int gcp_key_find(const struct live_source *s, const struct surroundings *env,
                 struct arena *a, struct gcp_key *out, struct error *err) MUST_CHECK;
/* The token of another provider that its file holds now. */
int gcp_key_subject(const struct gcp_key *key, const struct surroundings *env,
                    struct arena *a, const char **out, struct error *err) MUST_CHECK;
/* Visible ASCII: it goes into a header. */
bool gcp_is_token(const char *text);

int gcp_credential_request(const struct live_source *s, const struct surroundings *env,
                           struct credential *c, timestamp now, struct arena *a,
                           struct http_request *out, struct error *err) MUST_CHECK;
int gcp_credential_answer(const struct live_source *s, struct credential *c,
                          const struct http_response *resp, struct json_view body,
                          timestamp now, struct arena *a, struct error *err) MUST_CHECK;

/* Google's error form, read (gcp_refusal.c). */
enum refusal gcp_refusal(const struct live_source *s, const struct part *part,
                         const struct http_response *resp, struct json_view body,
                         struct error *why);

#endif
