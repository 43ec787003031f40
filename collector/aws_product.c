/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two forms of Security Hub findings, ASFF and OCSF, have in common:
 * which product spoke, how its rules and types are named, and the identities
 * that make one finding of both forms.  Prowler writes both forms too.
 */
#include "aws_product.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define HUB AWS_WRITER_HUB, "aws_securityhub"

/*
 * GuardDuty infers from logs: an ordinary scan, whoever runs it.  The last entry is
 * everybody else's.
 */
/* clang-format off */
static const struct aws_product products[] = {
	{"aws/securityhub", HUB, "aws_config",
	 CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE, false},
	{"aws/config", HUB, "aws_config",
	 CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE, false},
	{"aws/guardduty", HUB, "guardduty", CLASS_THREAT, FIDELITY_STANDARD, true},
	{"aws/inspector", HUB, "inspector",
	 CLASS_VULNERABILITY, FIDELITY_AUTHORITATIVE, true},
	{"aws/macie", HUB, "macie", CLASS_OTHER, FIDELITY_STANDARD, true},
	{"aws/access-analyzer", HUB, "access_analyzer",
	 CLASS_IDENTITY, FIDELITY_AUTHORITATIVE, true},
	{"aws/firewall-manager", HUB, "firewall_manager",
	 CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE, false},
	{"aws/ssm-patch-manager", HUB, "ssm_patch_manager",
	 CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE, false},
	{"prowler/prowler", AWS_WRITER_PROWLER, "prowler", "prowler",
	 CLASS_MISCONFIGURATION, FIDELITY_AUTHORITATIVE, false},
	{"aquasecurity/aquasecurity", AWS_WRITER_TRIVY, "trivy", "trivy",
	 CLASS_OTHER, FIDELITY_STANDARD, false},
	{"", HUB, "", CLASS_OTHER, FIDELITY_STANDARD, false},
};
/* clang-format on */

/* Where a field of an ARN begins, or NULL; the sixth and last may hold colons. */
static const char *arn_field_at(const char *arn, unsigned int field)
{
	if (strncmp(arn, "arn:", 4) != 0)
		return NULL;
	for (; field > 0; field--) {
		arn = strchr(arn, ':');
		if (arn == NULL)
			return NULL;
		arn++;
	}
	return arn;
}

/* The rest of text after prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

/* The path of arn:aws:securityhub:{region}:{account}:productv2/..., or NULL. */
static const char *path_v2(const char *product_arn)
{
	const char *product = arn_field_at(product_arn, 5);

	return product != NULL ? after(product, "productv2/") : NULL;
}

const char *aws_product_path(const char *product_arn)
{
	const char *product = arn_field_at(product_arn, 5);
	const char *path = product != NULL ? after(product, "product/") : NULL;

	if (path == NULL)
		path = path_v2(product_arn);
	return path != NULL ? path : "";
}

const struct aws_product *aws_product_find(const char *path)
{
	size_t i = 0;

	while (products[i].path[0] != '\0' && strcmp(products[i].path, path) != 0)
		i++;
	return &products[i];
}

const char *aws_native_id(const char *product_arn, const char *id, struct arena *a)
{
	static const char v2[] = "productv2/";
	const char *path = path_v2(product_arn);
	const char *head;

	if (path == NULL)
		return TEXT_JOIN(a, product_arn, " ", id);
	head = arena_strndup(a, product_arn, (size_t)(path - product_arn) - strlen(v2));
	return TEXT_JOIN(a, head, "product/", path, " ", id);
}

/* The version and rule of ".../cis-aws-foundations-benchmark/v/1.2.0/rule/4.3". */
static const char *cis_rule(const char *generator, struct arena *a)
{
	static const char mark[] = "cis-aws-foundations-benchmark/v/";
	const char *version = strstr(generator, mark);
	const char *end;
	const char *rule;

	if (version == NULL)
		return NULL;
	version += strlen(mark);
	end = strchr(version, '/');
	rule = strrchr(version, '/');
	if (end == NULL || rule[1] == '\0')
		return NULL;
	return TEXT_JOIN(a, "cis-", arena_strndup(a, version, (size_t)(end - version)),
	                 rule);
}

const char *aws_rule_of_generator(const char *generator, struct arena *a)
{
	const char *rule = cis_rule(generator, a);
	const char *last = strrchr(generator, '/');

	if (rule != NULL)
		return rule;
	rule = after(generator, "security-control/");
	if (rule != NULL && *rule != '\0')
		return rule;
	/* Other standards: "{standard}/v/{version}/{control}". */
	if (strstr(generator, "/v/") != NULL && last[1] != '\0')
		return last + 1;
	return generator;
}

bool aws_type_is_native(const char *type)
{
	return strchr(type, ':') != NULL;
}

/* "Defense Evasion" of "TTPs/Defense Evasion/..." without its blanks, and a colon. */
static const char *tactic_of(const char *type, const char *name, struct arena *a)
{
	const char *tactic = after(type, "TTPs/");
	char *text;
	char *end;

	if (tactic == NULL || tactic >= name)
		return "";
	text = arena_alloc(a, (size_t)(name - tactic) + 1);
	end = text;
	for (; tactic < name - 1; tactic++) {
		if (*tactic != ' ')
			*end++ = *tactic;
	}
	*end = ':';
	return text;
}

/*
 * A type's parts are separated by slashes, so GuardDuty and Macie write the slash
 * of their own names as a dash there: the first one after the colon.  Names that
 * begin with the tactic before them leave it out: "TTPs/Discovery/IAMUser-..."
 */
const char *aws_rule_of_type(const char *type, struct arena *a)
{
	const char *colon = strchr(type, ':');
	const char *start = colon != NULL ? colon : type + strlen(type);
	const char *tactic = "";
	char *rule;
	char *dash;

	while (start > type && start[-1] != '/')
		start--;
	if (colon == NULL && strchr(start, '-') != NULL && strchr(start, ' ') == NULL)
		tactic = tactic_of(type, start, a);
	if ((colon == NULL && tactic[0] == '\0') ||
	    (colon != NULL && strchr(colon, '/') != NULL))
		return start;
	rule = TEXT_JOIN(a, tactic, start);
	dash = strchr(strchr(rule, ':'), '-');
	if (dash != NULL)
		*dash = '/';
	return rule;
}

/*
 * The namespaces of ASFF types; first match wins, so that the longer prefix of
 * two stands first.
 */
static const struct {
	const char *prefix;
	enum finding_class class;
} type_classes[] = {
        {"Software and Configuration Checks/Vulnerabilities", CLASS_VULNERABILITY},
        {"Software and Configuration Checks/AWS Security Best Practices/Network "
         "Reachability",
         CLASS_EXPOSURE},
        {"Software and Configuration Checks", CLASS_MISCONFIGURATION},
        {"Industry and Regulatory Standards", CLASS_MISCONFIGURATION},
        {"Posture Management", CLASS_MISCONFIGURATION},
        {"Sensitive Data Identifications/Passwords", CLASS_SECRET},
        {"Effects/Data Exposure", CLASS_EXPOSURE},
        {"Effects", CLASS_THREAT},
        {"Exposure", CLASS_EXPOSURE},
        {"TTPs", CLASS_THREAT},
        {"Threats", CLASS_THREAT},
        {"Unusual Behaviors", CLASS_THREAT},
};

enum finding_class aws_class_of_type(const char *type)
{
	/* Macie's names for keys and passwords in a bucket. */
	if (strstr(type, "SensitiveData:S3Object") != NULL &&
	    strstr(type, "Credentials") != NULL)
		return CLASS_SECRET;
	for (size_t i = 0; i < N_ELEMENTS(type_classes); i++) {
		size_t n = strlen(type_classes[i].prefix);

		if (strncasecmp(type, type_classes[i].prefix, n) == 0)
			return type_classes[i].class;
	}
	return CLASS_OTHER;
}

/* Amazon Inspector, network reachability: one finding a port, named in its title. */
const char *aws_location_of_title(const char *title, struct arena *a)
{
	const char *port = after(title, "Port ");
	const char *end;

	if (port == NULL)
		return "";
	end = strstr(port, " is reachable");
	return end != NULL ? arena_strndup(a, port, (size_t)(end - port)) : "";
}

const char *aws_title_head(const char *title, struct arena *a)
{
	const char *dash = strstr(title, " - ");

	if (dash == NULL || strcspn(title, " ") != (size_t)(dash - title))
		return "";
	return arena_strndup(a, title, (size_t)(dash - title));
}

/* A key, as its id or as Security Hub writes it; false for "[REDACTED]" and the like. */
static bool names_key(const char *raw)
{
	const char *key = after(raw, "AWS::IAM::AccessKey:");

	key = key != NULL ? key : raw;
	if (*key == '\0')
		return false;
	while (isalnum((unsigned char)*key))
		key++;
	return *key == '\0';
}

void aws_resource_of_key(struct resource *r, const struct aws_principal *who,
                         struct arena *a)
{
	static const struct {
		const char *type, *resource_type, *path;
	} kinds[] = {
	        {"IAMUser", "AwsIamUser", "user/"},
	        {"AssumedRole", "AwsIamRole", "role/"},
	        {"Role", "AwsIamRole", "role/"},
	};
	const char *partition = who->partition[0] != '\0' ? who->partition : "aws";

	r->account = who->account;
	for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
		if (strcmp(who->type, kinds[i].type) != 0 || who->name[0] == '\0')
			continue;
		r->type = kinds[i].resource_type;
		r->raw = TEXT_JOIN(a, "arn:", partition, ":iam::", who->account, ":",
		                   kinds[i].path, who->name);
		return;
	}
	if (strcmp(who->type, "Root") != 0 && names_key(r->raw))
		return;
	r->type = "AwsAccount";
	r->raw = TEXT_JOIN(a, "AWS::::Account:", who->account);
}

const char *aws_arn_field(const char *arn, unsigned int field, struct arena *a)
{
	const char *at = arn_field_at(arn, field);

	if (at == NULL || *at == ':' || *at == '\0')
		return "";
	return arena_strndup(a, at, field < 5 ? strcspn(at, ":") : strlen(at));
}

const char *aws_standard_name(const char *standards_id)
{
	const char *slash = strchr(standards_id, '/');

	return slash != NULL ? slash + 1 : standards_id;
}

struct control_ref aws_control_of(const char *requirement, struct arena *a)
{
	struct control_ref ref = {.framework = requirement, .requirement = ""};
	const char *cut = strrchr(requirement, '/');

	if (cut == NULL)
		cut = strrchr(requirement, ' ');
	if (cut != NULL && cut > requirement && strpbrk(cut, "0123456789") != NULL) {
		ref.framework = arena_strndup(a, requirement, (size_t)(cut - requirement));
		ref.requirement = cut + 1;
	}
	return ref;
}
