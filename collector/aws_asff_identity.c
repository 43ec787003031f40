/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who said it and what was checked: the fields of an ASFF record by which its
 * findings are known.  Each product names its rules in another member.
 */
#include <string.h>

#include "aws_asff_private.h"
#include "prowler.h"

/*
 * Prowler 3 and later end an Id with a hash of the resource: such a key is
 * composed as its other outputs do it.  Prowler 2 ends it with the sentence that
 * tells two findings of one account apart: its Id stays (prowler_v2.c).
 */
static const char *prowler_id(const struct asff_record *r, const char *check)
{
	const char *resource = json_view_text_or(r->at[ASFF_RESOURCES], "/0/Id", "");
	const char *hash = strrchr(r->id, '-');
	size_t size = hash != NULL ? strlen(hash + 1) : 0;
	struct prowler_key key = {.provider = "aws",
	                          .check = check,
	                          .account = r->account,
	                          .region = r->region};

	if ((size != 9 && size != 128) || strspn(hash + 1, "0123456789abcdef") != size)
		return r->id;
	key.resource = prowler_name_of_arn(resource, check, r->account);
	return prowler_native_id(&key, r->arena);
}

/* What follows the last ": " of "Trivy found a secret in app.tar: AWS key". */
static const char *trivy_secret(const char *title)
{
	const char *name = NULL;

	for (const char *at = strstr(title, ": "); at != NULL; at = strstr(at + 2, ": "))
		name = at + 2;
	return name != NULL && *name != '\0' ? name : "secret";
}

static const char *rule_of_type(const struct asff_record *r)
{
	/* A code weakness comes without Vulnerabilities[]; its title begins with it. */
	if (r->product->class == CLASS_VULNERABILITY &&
	    aws_class_of_type(r->type) == CLASS_VULNERABILITY) {
		const char *head = aws_title_head(asff_text(r, ASFF_TITLE), r->arena);

		if (head[0] != '\0')
			return head;
	}
	return aws_rule_of_type(r->type, r->arena);
}

static const char *rule_of_generator(const struct asff_record *r)
{
	const char *generator = asff_text(r, ASFF_GENERATOR_ID);

	if (r->product->writer == AWS_WRITER_PROWLER &&
	    strncmp(generator, "prowler-", 8) == 0)
		return generator + 8;
	if (r->product->writer == AWS_WRITER_TRIVY && strncmp(generator, "Trivy/", 6) == 0)
		return generator + 6;
	if (r->product->writer == AWS_WRITER_TRIVY)
		return trivy_secret(asff_text(r, ASFF_TITLE));
	return aws_rule_of_generator(generator, r->arena);
}

/*
 * Without consolidated control findings a control comes once per standard, and
 * its id stands in ProductFields or in the generator.  RuleId ("4.3") is a number
 * inside one standard: the generator says which.
 */
static const char *rule_of(const struct asff_record *r)
{
	const char *rule = r->control;

	if (rule[0] != '\0')
		return rule;
	if (r->product->types_are_rules && r->type[0] != '\0')
		return rule_of_type(r);
	if (r->product->writer == AWS_WRITER_HUB) {
		rule = json_view_text_or(r->at[ASFF_PRODUCT_FIELDS], "ControlId", "");
		if (rule[0] != '\0')
			return rule;
	}
	rule = rule_of_generator(r);
	if (rule[0] == '\0')
		rule = json_view_text_or(r->at[ASFF_PRODUCT_FIELDS], "RuleId", "");
	return rule[0] != '\0' ? rule : aws_rule_of_type(r->type, r->arena);
}

void asff_fill_identity(struct finding *f, const struct asff_record *r)
{
	f->connector = r->product->connector;
	f->rule = rule_of(r);
	f->class = r->product->class;
	if (f->class == CLASS_OTHER ||
	    (f->class == CLASS_VULNERABILITY && r->type[0] != '\0'))
		f->class = aws_class_of_type(r->type);
	f->engine = r->product->engine;
	if (f->engine[0] == '\0')
		f->engine = r->path;
	f->fidelity = r->product->fidelity;
	if (r->product->writer == AWS_WRITER_PROWLER)
		f->native_id = prowler_id(r, f->rule);
	else if (r->product->writer == AWS_WRITER_TRIVY && f->class == CLASS_OTHER)
		/* All secrets of one artifact share an Id. */
		f->native_id = TEXT_JOIN(r->arena, r->product_arn, " ", r->id, " ",
		                         asff_text(r, ASFF_TITLE));
	else
		f->native_id = aws_native_id(r->product_arn, r->id, r->arena);
	if (r->product->writer == AWS_WRITER_TRIVY && f->class == CLASS_OTHER)
		f->class = CLASS_SECRET;
	if (r->product->writer == AWS_WRITER_HUB)
		f->scope = TEXT_JOIN(r->arena, r->account, "/", r->region, "/", r->path);
	else
		f->scope = TEXT_JOIN(r->arena, r->account, "/", r->region);
}
