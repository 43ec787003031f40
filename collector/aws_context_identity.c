/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities of AWS: what attached policies of AWS itself grant, whom a role trusts.
 * What policies of one's own grant is in no record that is read here, so that a low
 * level is only said of an identity that has no others.
 *
 * Source: AWS managed policy reference; IAM user guide, "Policy elements" (Principal,
 * Condition) and "OIDC federation".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws_context.h"
#include "aws_product.h"
#include "text_part.h"
#include "view_path.h"

enum {
	MAX_POLICY = 64 * 1024,
	MAX_DEPTH = 32
};

/* Policies of AWS. */

static const struct {
	const char *name;
	enum privilege level;
} policies[] = {
        {"AdministratorAccess", PRIVILEGE_ADMIN},
        {"IAMFullAccess", PRIVILEGE_ADMIN},
        {"AdministratorAccess-Amplify", PRIVILEGE_BROAD},
        {"AdministratorAccess-AWSElasticBeanstalk", PRIVILEGE_BROAD},
        {"PowerUserAccess", PRIVILEGE_BROAD},
        {"SystemAdministrator", PRIVILEGE_BROAD},
        {"ReadOnlyAccess", PRIVILEGE_READ},
        {"ViewOnlyAccess", PRIVILEGE_READ},
        {"SecurityAudit", PRIVILEGE_READ},
};

/* The level of a policy, by its ARN; -1: not known. */
static int level_of(const char *arn)
{
	const char *at = strstr(arn, ":iam::aws:policy/");
	const char *name;

	if (at == NULL)
		return -1;
	name = strrchr(arn, '/') + 1;
	for (size_t i = 0; i < N_ELEMENTS(policies); i++) {
		if (strcmp(name, policies[i].name) == 0)
			return (int)policies[i].level;
	}
	if (text_ends(name, "FullAccess"))
		return PRIVILEGE_WRITE;
	return text_ends(name, "ReadOnlyAccess") ? PRIVILEGE_READ : -1;
}

static void administers_account(struct context_writer *w)
{
	const char *account = context_resource(w)->account;

	if (account[0] != '\0')
		context_edge_near(w, EDGE_MAY_ADMINISTER, false, "AWS::Account",
		                  ARENA_JOIN(w->out->arena, "AWS::::Account:", account));
}

static void describe_policies(struct context_writer *w, struct json_view v,
                              const char *inline_list)
{
	struct json_view attached = json_view_at(v, "AttachedManagedPolicies");
	bool all_known = json_view_array_size(json_view_at(v, inline_list)) == 0;
	struct json_items it = context_list(attached);

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		all_known &= level_of(json_view_text_or(it.value, "PolicyArn", "")) >= 0;
	it = context_list(attached);
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		const char *arn = json_view_text_or(it.value, "PolicyArn", "");
		int level = level_of(arn);

		if (level < 0 || (level <= PRIVILEGE_READ && !all_known))
			continue;
		context_claim(w, CONTEXT_PRIVILEGE, level, "AttachedManagedPolicies has %s",
		              arn);
		if (level >= PRIVILEGE_BROAD)
			administers_account(w);
	}
}

/* Documents of policies, texts of JSON within the record. */

/* IAM writes them percent-encoded. */
static char *decoded(const char *text, struct arena *a)
{
	char *copy = arena_strdup(a, text);
	char *end = copy;

	if (strncasecmp(text, "%7B", 3) != 0)
		return copy;
	for (const char *c = text; *c != '\0'; c++) {
		char hex[3] = "";

		if (*c == '%' && strspn(c + 1, "0123456789abcdefABCDEF") >= 2) {
			memcpy(hex, c + 1, 2);
			*end++ = (char)strtol(hex, NULL, 16);
			c += 2;
		} else {
			*end++ = *c;
		}
	}
	*end = '\0';
	return copy;
}

/* Calls read for each statement of a policy that allows something. */
static void each_allow(struct context_writer *w, const char *text,
                       void (*read)(struct context_writer *w, struct json_view statement))
{
	const char *json = decoded(text, w->out->arena);
	struct json_doc *doc;
	struct json_view root;
	struct error ignored;

	if (text[0] == '\0')
		return;
	doc = json_doc_new(MAX_POLICY, MAX_DEPTH);
	if (json_doc_parse(doc, json, strlen(json), &root, &ignored) == 0) {
		struct json_view list = json_view_at(root, "Statement");
		struct json_items it = context_list(list);

		if (json_view_is_object(list) &&
		    strcmp(json_view_text_or(list, "Effect", ""), "Allow") == 0)
			read(w, list);
		for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
			if (strcmp(json_view_text_or(it.value, "Effect", ""), "Allow") == 0)
				read(w, it.value);
		}
	}
	json_doc_free(doc);
}

/* A text, or a list of them. */
static bool has_text(struct json_view v, const char *wanted)
{
	struct json_items it = context_list(v);

	if (strcmp(json_view_text_or(v, "", ""), wanted) == 0)
		return true;
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++) {
		if (strcmp(json_view_text_or(it.value, "", ""), wanted) == 0)
			return true;
	}
	return false;
}

static bool is_everybody(struct json_view principal)
{
	return has_text(principal, "*") || has_text(json_view_at(principal, "AWS"), "*");
}

static bool has_condition(struct json_view statement)
{
	struct json_items it = context_members(json_view_at(statement, "Condition"));

	return it.n > 0;
}

static void read_bucket_statement(struct context_writer *w, struct json_view statement)
{
	if (!is_everybody(json_view_at(statement, "Principal")))
		return;
	context_claim(w, CONTEXT_EXPOSURE,
	              has_condition(statement) ? EXPOSURE_FILTERED : EXPOSURE_OPEN,
	              "BucketPolicy allows Principal *%s",
	              has_condition(statement) ? " under a Condition" : "");
}

void aws_describe_bucket_policy(struct context_writer *w, const char *policy)
{
	each_allow(w, policy, read_bucket_statement);
}

/* Trust. */

static void trust_principal(struct context_writer *w, const char *principal)
{
	if (strcmp(principal, "*") != 0)
		context_edge_near(w, EDGE_CAN_ASSUME, true, "", principal);
}

static void trust_accounts(struct context_writer *w, struct json_view aws)
{
	struct json_items it = context_list(aws);

	trust_principal(w, json_view_text_or(aws, "", ""));
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		trust_principal(w, json_view_text_or(it.value, "", ""));
}

/* "*", "repo:*": a subject that says nothing. */
static bool is_wide_subject(const char *subject)
{
	return strcmp(subject, "*") == 0 || strcmp(subject, "repo:*") == 0 ||
	       text_begins(subject, "repo:*/");
}

/* The subject that a condition asks of a federated identity: "" when none does. */
static const char *subject_of(struct json_view statement)
{
	struct json_items operators = context_members(json_view_at(statement, "Condition"));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&operators); i++) {
		struct json_items it = context_members(operators.value);

		for (size_t k = 0; k < CONTEXT_MAX_LIST && json_items_next(&it); k++) {
			const char *first = json_view_text_or(it.value, "", "");

			if (!text_ends(it.key, ":sub"))
				continue;
			return text_either(first, json_view_text_or(it.value, "/0", "*"));
		}
	}
	return "";
}

/*
 * "repo:OWNER/NAME:ref:refs/heads/main": workflows of GitHub's repository may act as the
 * role.  The repository is named as GitHub's own alerts name it.
 */
static void trust_repository(struct context_writer *w, const char *subject)
{
	static const char head[] = "repo:";
	struct arena *a = w->out->arena;
	struct resource repository = {
	        .provider = PROVIDER_NONE,
	        .account = "",
	        .region = "",
	        .type = "repository",
	        .name = "",
	        .raw = "",
	        .id = "",
	};
	const char *name;

	if (!text_begins(subject, head))
		return;
	name = arena_strndup(a, subject + strlen(head),
	                     strcspn(subject + strlen(head), ":"));
	if (strchr(name, '/') == NULL || strpbrk(name, "*?") != NULL)
		return;
	repository.raw = ARENA_JOIN(a, "https://github.com/", name);
	context_edge(w, EDGE_CAN_ASSUME, true, &repository);
}

/* The repositories that the conditions on the subject name. */
static void trust_repositories(struct context_writer *w, struct json_view statement)
{
	struct json_items operators = context_members(json_view_at(statement, "Condition"));

	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&operators); i++) {
		struct json_view subjects = json_view_at(
		        operators.value, "token.actions.githubusercontent.com:sub");
		struct json_items it = context_list(subjects);

		if (!text_begins(operators.key, "StringEquals") &&
		    !text_begins(operators.key, "StringLike"))
			continue;
		trust_repository(w, json_view_text_or(subjects, "", ""));
		for (size_t k = 0; k < CONTEXT_MAX_LIST && json_items_next(&it); k++)
			trust_repository(w, json_view_text_or(it.value, "", ""));
	}
}

static void trust_federation(struct context_writer *w, struct json_view statement,
                             const char *provider)
{
	const char *subject = subject_of(statement);

	/* SAML providers know their own users. */
	if (provider[0] == '\0' || strstr(provider, ":saml-provider/") != NULL)
		return;
	if (subject[0] == '\0')
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "AssumeRolePolicyDocument trusts Federated %s without a :sub "
		              "condition",
		              provider);
	else if (is_wide_subject(subject))
		context_claim(w, CONTEXT_EXPOSURE, EXPOSURE_OPEN,
		              "AssumeRolePolicyDocument trusts Federated %s with :sub %s",
		              provider, subject);
	if (text_ends(provider, ":oidc-provider/token.actions.githubusercontent.com"))
		trust_repositories(w, statement);
}

static void read_trust(struct context_writer *w, struct json_view statement)
{
	struct json_view principal = json_view_at(statement, "Principal");

	if (is_everybody(principal))
		context_claim(w, CONTEXT_EXPOSURE,
		              has_condition(statement) ? EXPOSURE_FILTERED : EXPOSURE_OPEN,
		              "AssumeRolePolicyDocument trusts Principal *%s",
		              has_condition(statement) ? " under a Condition" : "");
	if (!json_view_is_object(principal))
		return;
	trust_accounts(w, json_view_at(principal, "AWS"));
	trust_federation(w, statement, json_view_text_or(principal, "Federated", ""));
}

void aws_describe_role(struct context_writer *w, struct json_view v)
{
	struct json_items it = context_list(json_view_at(v, "InstanceProfileList"));

	describe_policies(w, v, "RolePolicyList");
	each_allow(w, json_view_text_or(v, "AssumeRolePolicyDocument", ""), read_trust);
	/* A machine runs as its profile, the profile as its role. */
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		context_edge_near(w, EDGE_RUNS_AS, true, "AwsIamInstanceProfile",
		                  json_view_text_or(it.value, "Arn", ""));
}

void aws_describe_user(struct context_writer *w, struct json_view v)
{
	struct json_items it = context_list(json_view_at(v, "GroupList"));

	describe_policies(w, v, "UserPolicyList");
	for (size_t i = 0; i < CONTEXT_MAX_LIST && json_items_next(&it); i++)
		context_edge_near(w, EDGE_MEMBER_OF, false, "AwsIamGroup",
		                  json_view_text_or(it.value, "", ""));
}

void aws_describe_group(struct context_writer *w, struct json_view v)
{
	describe_policies(w, v, "GroupPolicyList");
}

void aws_describe_policy(struct context_writer *w, struct json_view v)
{
	const char *arn = context_resource(w)->raw;
	int level = level_of(arn);

	(void)v;
	if (level >= 0)
		context_claim(w, CONTEXT_PRIVILEGE, level, "Id is %s", arn);
}
