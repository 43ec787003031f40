/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users of Microsoft Entra ID: whom Identity Protection calls at risk, and who cannot sign
 * in with a second factor.  A user is the directory object that role assignments name, so
 * that what the user may do counts.
 *
 * Source: Microsoft Graph reference v1.0, riskyUser, userRegistrationDetails.
 */
#include <string.h>
#include <strings.h>

#include "model/severity.h"

#include "azure.h"
#include "azure_inventory.h"
#include "azure_record.h"

enum {
	SEVERITY_GUEST = 25, /* whose own tenant may ask for a factor */
	SEVERITY_MEMBER = 55,
	SEVERITY_ADMIN = 80
};

static bool is_true(struct json_view v, const char *key)
{
	bool value = false;

	return json_view_bool(json_view_at_nocase(v, key), &value) && value;
}

static bool has(struct json_view v, const char *key)
{
	return json_view_exists(json_view_at_nocase(v, key));
}

/* A finding on the user of a record; NULL and *err: it names none. */
static struct finding *add_finding(struct json_view v, const char *prefix,
                                   struct parse_output *out, struct error *err)
{
	const char *id = azure_lower(azure_text(v, "id"), out->arena);
	struct finding *f;

	if (id[0] == '\0') {
		error_set(err, ERR_INVALID, "id is missing");
		return NULL;
	}
	f = parse_add_finding(out);
	f->connector = "azure_entra";
	f->native_id = ARENA_JOIN(out->arena, prefix, "|", id);
	f->resource = azure_principal(id, out->arena);
	f->resource.name = azure_text(v, "userPrincipalName");
	f->class = CLASS_IDENTITY;
	f->engine = "entra";
	f->fidelity = FIDELITY_AUTHORITATIVE;
	return f;
}

/* --- users at risk --- */

static enum finding_state risk_state(struct json_view v, const char *state)
{
	static const struct {
		const char *state;
		enum finding_state is;
	} closed[] = {
	        {"none", FINDING_RESOLVED},
	        {"confirmedSafe", FINDING_RESOLVED},
	        {"remediated", FINDING_RESOLVED},
	        {"dismissed", FINDING_SUPPRESSED},
	};

	if (is_true(v, "isDeleted"))
		return FINDING_RESOLVED;
	for (size_t i = 0; i < N_ELEMENTS(closed); i++) {
		if (strcasecmp(state, closed[i].state) == 0)
			return closed[i].is;
	}
	return FINDING_OPEN;
}

static bool detect_risk(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	/* Detections and service principals at risk have no user's name, or more. */
	return json_view_is_object(record) && azure_text(record, "riskState")[0] != '\0' &&
	       has(record, "riskLevel") && has(record, "riskLastUpdatedDateTime") &&
	       has(record, "userPrincipalName") && !has(record, "riskEventType");
}

static int parse_risk(const struct parse_input *in, struct parse_output *out,
                      struct error *err)
{
	struct json_view v = in->record;
	const char *state = azure_text(v, "riskState");
	const char *detail = azure_text(v, "riskDetail");
	struct finding *f;

	if (state[0] == '\0')
		return error_set(err, ERR_INVALID, "riskState is missing");
	f = add_finding(v, "risk", out, err);
	if (!f)
		return ERR_INVALID;
	f->rule = "user-at-risk";
	f->title = "User is at risk";
	f->remediation = "Reset the user's password and end all sessions, or dismiss the "
	                 "risk in Entra ID Protection.";
	f->status_raw = azure_status_raw(state, is_true(v, "isDeleted") ? "deleted" : "",
	                                 out->arena);
	f->state = risk_state(v, state);
	if (detail[0] != '\0' && strcasecmp(detail, "none") != 0)
		f->description = ARENA_JOIN(out->arena, "Last word on it: ", detail, ".");
	f->severity_raw = azure_text(v, "riskLevel");
	f->sev100 = severity_of_label(f->severity_raw);
	/* Somebody is in: whatever the signals were worth. */
	if (strcasecmp(state, "confirmedCompromised") == 0 && f->sev100 < SEVERITY_ADMIN)
		f->sev100 = SEVERITY_ADMIN;
	f->scope = ENTRA_SCOPE_RISK;
	f->source_updated_at = azure_time(azure_text(v, "riskLastUpdatedDateTime"));
	return 0;
}

/* --- second factors --- */

static bool detect_mfa(struct json_view envelope, struct json_view record)
{
	(void)envelope;
	return json_view_is_object(record) && has(record, "isMfaCapable") &&
	       has(record, "isMfaRegistered") && has(record, "userPrincipalName");
}

static int severity_of(struct json_view v)
{
	if (is_true(v, "isAdmin"))
		return SEVERITY_ADMIN;
	return strcasecmp(azure_text(v, "userType"), "guest") == 0 ? SEVERITY_GUEST
	                                                           : SEVERITY_MEMBER;
}

static int parse_mfa(const struct parse_input *in, struct parse_output *out,
                     struct error *err)
{
	struct json_view v = in->record;
	struct finding *f;
	bool capable;

	if (!json_view_bool(json_view_at_nocase(v, "isMfaCapable"), &capable))
		return error_set(err, ERR_INVALID, "isMfaCapable is missing or no boolean");
	f = add_finding(v, "mfa", out, err);
	if (!f)
		return ERR_INVALID;
	f->rule = is_true(v, "isAdmin") ? "admin-without-mfa" : "user-without-mfa";
	f->title = is_true(v, "isAdmin") ? "Administrator cannot use a second factor"
	                                 : "User cannot use a second factor";
	f->remediation = "Make the user register a strong method that the authentication "
	                 "methods policy allows.";
	f->status_raw = capable ? "isMfaCapable=true" : "isMfaCapable=false";
	f->state = capable ? FINDING_PASSING : FINDING_OPEN;
	if (!capable)
		f->description = is_true(v, "isMfaRegistered")
		                         ? "A method is registered, but not allowed by the "
		                           "authentication methods policy."
		                         : "No strong method is registered.";
	f->sev100 = severity_of(v);
	f->scope = ENTRA_SCOPE_MFA;
	f->source_updated_at = azure_time(azure_text(v, "lastUpdatedDateTime"));
	return 0;
}

static const char *const record_paths[] = {"value", NULL};
static const char *const report_times[] = {"lastUpdatedDateTime", NULL};

const struct format entra_risky_users = {
        .name = "entra-risky-users",
        .record_paths = record_paths,
        .detect = detect_risk,
        .parse = parse_risk,
};

const struct format entra_mfa = {
        .name = "entra-mfa",
        .record_paths = record_paths,
        .volatile_keys = report_times,
        .detect = detect_mfa,
        .parse = parse_mfa,
};
