/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who said it and what was checked: the fields of an OCSF record by which its
 * findings are known.  Security Hub's get the identity that they have in ASFF,
 * Prowler's the one of its other outputs, others that of their product.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "ocsf_private.h"
#include "prowler.h"

static bool same(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

/* Products by name, for records without their ARN. */
static const struct {
	const char *name;
	const char *path;
} aws_names[] = {
        {"Security Hub", "aws/securityhub"},
        {"GuardDuty", "aws/guardduty"},
        {"Inspector", "aws/inspector"},
        {"Macie", "aws/macie"},
        {"IAM Access Analyzer", "aws/access-analyzer"},
        {"Config", "aws/config"},
};

void ocsf_find_origin(struct ocsf_record *r)
{
	const char *vendor = json_view_text_or(r->product, "vendor_name", "");
	const char *uid = json_view_text_or(r->product, "uid", "");

	r->product_name = json_view_text_or(r->product, "name", "");
	r->product_arn = "";
	r->is_prowler = same(r->product_name, "Prowler");
	if (r->is_prowler)
		return;
	if (strncmp(uid, "arn:", 4) == 0 && aws_product_path(uid)[0] != '\0') {
		r->product_arn = uid;
		r->aws = aws_product_find(aws_product_path(uid));
		return;
	}
	if (!same(vendor, "AWS") && !same(vendor, "Amazon") &&
	    !same(r->product_name, "Security Hub"))
		return;
	r->aws = aws_product_find("");
	for (size_t i = 0; i < N_ELEMENTS(aws_names); i++) {
		if (same(r->product_name, aws_names[i].name))
			r->aws = aws_product_find(aws_names[i].path);
	}
}

static const char *first_of(const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (texts[i][0] != '\0')
			return texts[i];
	}
	return "";
}

/* The first vulnerability's, where there is one: others replace it. */
static const char *vulnerability_rule(const struct ocsf_record *r)
{
	const char *const ids[] = {
	        json_view_text_or(r->vulnerabilities, "/0/cve/uid", ""),
	        json_view_text_or(r->vulnerabilities, "/0/advisory/uid", ""),
	};

	return first_of(ids, N_ELEMENTS(ids));
}

static const char *aws_rule(const struct ocsf_record *r)
{
	const char *generator = json_view_text_or(r->product, "/feature/uid", "");
	const char *const ids[] = {
	        json_view_text_or(r->compliance, "control", ""),
	        vulnerability_rule(r),
	        r->aws->types_are_rules ? aws_rule_of_type(r->type, r->arena) : "",
	        json_view_text_or(r->unmapped, "ProductFields.ControlId", ""),
	        aws_rule_of_generator(generator, r->arena),
	        aws_rule_of_type(r->type, r->arena),
	};

	return first_of(ids, N_ELEMENTS(ids));
}

/* analytic is what the schema has for the rule; event_code is what tools use. */
static const char *rule_of(const struct ocsf_record *r)
{
	const char *const ids[] = {
	        json_view_text_or(r->compliance, "control", ""),
	        vulnerability_rule(r),
	        json_view_text_or(r->metadata, "event_code", ""),
	        json_view_text_or(r->info, "/analytic/uid", ""),
	        json_view_text_or(r->info, "/analytic/name", ""),
	        r->type,
	        json_view_text_or(r->info, "title", ""),
	};

	return first_of(ids, N_ELEMENTS(ids));
}

/* Version 3 (class 2001) had the check in the product's feature. */
static const char *prowler_rule(const struct ocsf_record *r)
{
	const char *const ids[] = {
	        json_view_text_or(r->metadata, "event_code", ""),
	        json_view_text_or(r->product, "/feature/uid", ""),
	};

	return first_of(ids, N_ELEMENTS(ids));
}

static enum finding_class class_of(const struct ocsf_record *r)
{
	bool is_control = json_view_is_object(r->compliance) || r->class_uid == 2003;
	enum finding_class by_type = aws_class_of_type(r->type);

	if (r->is_prowler)
		return CLASS_MISCONFIGURATION;
	if (json_view_array_size(r->vulnerabilities) > 0)
		return CLASS_VULNERABILITY;
	if (r->aws != NULL && r->aws->class != CLASS_OTHER && !is_control) {
		/* Inspector also sees open ports, Security Hub itself exposures. */
		bool mixed = r->aws->class == CLASS_VULNERABILITY ||
		             r->aws->class == CLASS_MISCONFIGURATION;

		return mixed && by_type != CLASS_OTHER ? by_type : r->aws->class;
	}
	if (is_control)
		return CLASS_MISCONFIGURATION;
	if (r->class_uid == 2002)
		return CLASS_VULNERABILITY;
	if (by_type != CLASS_OTHER)
		return by_type;
	return r->class_uid == 2004 ? CLASS_THREAT : CLASS_OTHER;
}

/* Lower case, blanks to underscores: an engine name as the others are. */
static const char *engine_of(const struct ocsf_record *r)
{
	char *engine = arena_strdup(r->arena, r->product_name);

	for (char *c = engine; *c != '\0'; c++)
		*c = *c == ' ' ? '_' : (char)tolower((unsigned char)*c);
	return engine;
}

/* Published samples have the template's placeholder for a uid. */
static const char *prowler_id(const struct ocsf_record *r, const char *check)
{
	struct json_view resource = r->resource;
	struct prowler_key key = {.provider = r->provider,
	                          .check = check,
	                          .account = r->account,
	                          .region = r->region};

	if (r->uid[0] != '\0' && strcmp(r->uid, "<finding_uid>") != 0)
		return r->uid;
	if (json_view_array_size(r->resources) > 0)
		resource = json_view_at(r->resources, "/0");
	if (key.region[0] == '\0')
		key.region = json_view_text_or(resource, "region", "");
	key.resource = json_view_text_or(resource, "name", "");
	if (key.resource[0] == '\0')
		key.resource = json_view_text_or(resource, "uid", "");
	return prowler_native_id(&key, r->arena);
}

static int fill_prowler(struct finding *f, const struct ocsf_record *r, struct error *err)
{
	f->connector = "prowler";
	f->engine = "prowler";
	f->fidelity = FIDELITY_AUTHORITATIVE;
	f->rule = prowler_rule(r);
	if (f->rule[0] == '\0')
		return error_set(err, ERR_INVALID, "\"metadata.event_code\" is missing");
	f->native_id = prowler_id(r, f->rule);
	f->scope = TEXT_JOIN(r->arena, r->account, "/", r->region);
	return 0;
}

static void fill_aws(struct finding *f, const struct ocsf_record *r, const char *uid)
{
	const char *product = aws_product_path(r->product_arn);

	f->connector = r->aws->connector;
	f->engine = r->aws->engine[0] != '\0' ? r->aws->engine : engine_of(r);
	f->fidelity = r->aws->fidelity;
	f->rule = aws_rule(r);
	if (r->product_arn[0] != '\0')
		f->native_id = aws_native_id(r->product_arn, uid, r->arena);
	else
		f->native_id = TEXT_JOIN(r->arena, r->product_name, " ", uid);
	if (product[0] == '\0')
		product = r->aws->path[0] != '\0' ? r->aws->path : r->product_name;
	f->scope = TEXT_JOIN(r->arena, r->account, "/", r->region, "/", product);
}

int ocsf_fill_identity(struct finding *f, const struct ocsf_record *r, struct error *err)
{
	const char *uid = r->uid;

	f->class = class_of(r);
	if (r->is_prowler)
		return fill_prowler(f, r, err);
	if (uid[0] == '\0')
		uid = json_view_text_or(r->metadata, "uid", "");
	if (uid[0] == '\0')
		return error_set(err, ERR_INVALID, "\"finding_info.uid\" is missing");
	if (r->aws != NULL) {
		fill_aws(f, r, uid);
	} else {
		f->connector = "ocsf";
		f->engine = engine_of(r);
		f->rule = rule_of(r);
		f->native_id = TEXT_JOIN(r->arena, r->product_name, " ", uid);
		f->scope = TEXT_JOIN(r->arena, r->account, "/", r->region, "/",
		                     r->product_name);
	}
	if (f->rule[0] == '\0')
		return error_set(err, ERR_INVALID,
		                 "names no rule: control, analytic or type");
	return 0;
}
