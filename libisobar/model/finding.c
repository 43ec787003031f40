/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The border between connectors and everything else: finding_seal() checks what a
 * connector filled in, brings the resource into its canonical form and computes
 * the finding's keys and content hash.  After it nobody checks again.
 */

#include "model/finding.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <xxhash.h>

#include "model/severity.h"

void finding_init(struct finding *f)
{
	*f = (struct finding){
	        .connector = "",
	        .native_id = "",
	        .resource = {.provider = PROVIDER_NONE,
	                     .account = "",
	                     .region = "",
	                     .type = "",
	                     .name = "",
	                     .raw = "",
	                     .id = ""},
	        .cve = "",
	        .rule = "",
	        .class = CLASS_OTHER,
	        .title = "",
	        .description = "",
	        .remediation = "",
	        .remediation_url = "",
	        .state = FINDING_UNKNOWN,
	        .status_raw = "",
	        .sev100 = SEV100_UNKNOWN,
	        .severity_raw = "",
	        .cvss_vector = "",
	        .epss = -1,
	        .maturity = MATURITY_NONE,
	        .package = "",
	        .package_version = "",
	        .fixed_version = "",
	        .location = "",
	        .engine = "",
	        .fidelity = FIDELITY_STANDARD,
	        .scope = "",
	        .first_seen = TIMESTAMP_NONE,
	        .last_seen = TIMESTAMP_NONE,
	        .source_updated_at = TIMESTAMP_NONE,
	        .resolved_at = TIMESTAMP_NONE,
	};
}

/* What sealing does with a text of the record. */
enum text_rule {
	TEXT_NEEDED, /* an id that must be there */
	TEXT_ID,     /* refused above FINDING_ID_MAX */
	TEXT_FREE    /* cut to FINDING_TEXT_MAX */
};

struct text_field {
	const char *name;
	size_t offset;
	enum text_rule rule;
};

#define FIELD(member, rule)                                     \
	{                                                       \
#member, offsetof(struct finding, member), rule \
	}

static const struct text_field text_fields[] = {
        FIELD(connector, TEXT_NEEDED),
        FIELD(native_id, TEXT_NEEDED),
        FIELD(rule, TEXT_NEEDED),
        FIELD(cve, TEXT_ID),
        FIELD(resource.raw, TEXT_ID),
        FIELD(resource.account, TEXT_ID),
        FIELD(resource.region, TEXT_ID),
        FIELD(resource.type, TEXT_ID),
        FIELD(scope, TEXT_ID),
        FIELD(engine, TEXT_ID),
        FIELD(resource.name, TEXT_FREE),
        FIELD(title, TEXT_FREE),
        FIELD(description, TEXT_FREE),
        FIELD(remediation, TEXT_FREE),
        FIELD(remediation_url, TEXT_FREE),
        FIELD(status_raw, TEXT_FREE),
        FIELD(severity_raw, TEXT_FREE),
        FIELD(cvss_vector, TEXT_FREE),
        FIELD(package, TEXT_FREE),
        FIELD(package_version, TEXT_FREE),
        FIELD(fixed_version, TEXT_FREE),
        FIELD(location, TEXT_FREE),
};

/* s up to FINDING_TEXT_MAX bytes, never ending inside a UTF-8 sequence. */
static const char *cut_text(const char *s, struct arena *a)
{
	size_t size = strnlen(s, FINDING_TEXT_MAX + 1);

	if (size <= FINDING_TEXT_MAX)
		return s;
	size = FINDING_TEXT_MAX;
	while (size > 0 && ((unsigned char)s[size] & 0xC0) == 0x80)
		size--;
	return arena_strndup(a, s, size);
}

static int check_id(const char *name, const char *id, struct error *err)
{
	if (strnlen(id, FINDING_ID_MAX + 1) > FINDING_ID_MAX)
		return error_set(err, ERR_INVALID, "%s is longer than %d bytes", name,
		                 FINDING_ID_MAX);
	return 0;
}

static int check_texts(struct finding *f, struct arena *a, struct error *err)
{
	for (size_t i = 0; i < N_ELEMENTS(text_fields); i++) {
		const struct text_field *field = &text_fields[i];
		const char **text = (const char **)((char *)f + field->offset);

		if (**text == '\0') {
			if (field->rule != TEXT_NEEDED)
				continue;
			return error_set(err, ERR_INVALID, "%s is missing", field->name);
		}
		if (field->rule == TEXT_FREE)
			*text = cut_text(*text, a);
		else if (check_id(field->name, *text, err) != 0)
			return ERR_INVALID;
	}
	return 0;
}

static int check_lists(const struct finding *f, struct error *err)
{
	for (size_t i = 0; i < f->resource.n_aliases; i++) {
		if (check_id("a resource alias", f->resource.aliases[i], err) != 0)
			return ERR_INVALID;
	}
	for (size_t i = 0; i < f->n_cve_aliases; i++) {
		if (check_id("a CVE alias", f->cve_aliases[i], err) != 0)
			return ERR_INVALID;
	}
	for (size_t i = 0; i < f->n_controls; i++) {
		if (check_id("a framework", f->controls[i].framework, err) != 0 ||
		    check_id("a requirement", f->controls[i].requirement, err) != 0)
			return ERR_INVALID;
	}
	return 0;
}

/* Numbers that no scale has are unknown: the rest of the record may be right. */
static void clean_numbers(struct finding *f)
{
	if (f->sev100 < 0 || f->sev100 > 100)
		f->sev100 = SEV100_UNKNOWN;
	if (f->epss < 0 || f->epss > 100000)
		f->epss = -1;
	else if (f->epss == 0)
		f->epss = 1; /* "0.00000" is a rounded small number */
}

/* "cve-2024-3094" is CVE-2024-3094: the id is part of the key. */
static const char *canonical_cve(const char *cve, struct arena *a)
{
	if (strncmp(cve, "CVE-", 4) == 0 || strncasecmp(cve, "CVE-", 4) != 0)
		return cve;

	char *upper = arena_strdup(a, cve);

	for (char *p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return upper;
}

/*
 * Most facts are a few bytes: gathered, they cost one call of XXH3 a finding.  Texts
 * end with their NUL, numbers are of one size, and lists begin with their length.
 */
struct hasher {
	uint64_t hash;
	size_t n_pending;
	char pending[4096];
};

static void hash_bytes(struct hasher *h, const void *data, size_t size)
{
	if (size > sizeof(h->pending) - h->n_pending) {
		h->hash = XXH3_64bits_withSeed(h->pending, h->n_pending, h->hash);
		h->n_pending = 0;
	}
	if (size > sizeof(h->pending)) {
		h->hash = XXH3_64bits_withSeed(data, size, h->hash);
		return;
	}
	memcpy(h->pending + h->n_pending, data, size);
	h->n_pending += size;
}

static void hash_number(struct hasher *h, int64_t number)
{
	hash_bytes(h, &number, sizeof(number));
}

static void hash_text(struct hasher *h, const char *text)
{
	hash_bytes(h, text, strlen(text) + 1);
}

static void hash_texts(struct hasher *h, const char *const *texts, size_t n)
{
	hash_number(h, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		hash_text(h, texts[i]);
}

static void hash_resource(struct hasher *h, const struct resource *r)
{
	/* Not raw: an export and the API spell one resource in two ways. */
	hash_number(h, r->provider);
	hash_text(h, r->account);
	hash_text(h, r->region);
	hash_text(h, r->type);
	hash_text(h, r->name);
	hash_text(h, r->id);
	hash_texts(h, r->aliases, r->n_aliases);
}

/*
 * Everything but last_seen, source_updated_at, what the key already holds, and the
 * link to a portal, which one way of reading a finding has and another has not.
 */
static void hash_facts(struct hasher *h, const struct finding *f)
{
	const char *const texts[] = {
	        f->rule,          f->title,      f->description,
	        f->remediation,   f->status_raw, f->severity_raw,
	        f->cvss_vector,   f->package,    f->package_version,
	        f->fixed_version, f->location,   f->engine,
	        f->scope,
	};
	const int64_t numbers[] = {
	        f->class,    f->state,  f->sev100,     f->epss,        f->maturity,
	        f->fidelity, f->sample, f->first_seen, f->resolved_at,
	};

	hash_texts(h, texts, N_ELEMENTS(texts));
	hash_bytes(h, numbers, sizeof(numbers));
}

static uint64_t content_hash(const struct finding *f)
{
	static struct hasher hasher; /* there are no threads */
	struct hasher *h = &hasher;

	h->hash = 0;
	h->n_pending = 0;
	hash_facts(h, f);
	hash_resource(h, &f->resource);
	hash_texts(h, f->cve_aliases, f->n_cve_aliases);
	hash_number(h, (int64_t)f->n_controls);
	for (size_t i = 0; i < f->n_controls; i++) {
		hash_text(h, f->controls[i].framework);
		hash_text(h, f->controls[i].requirement);
	}
	return XXH3_64bits_withSeed(h->pending, h->n_pending, h->hash);
}

int finding_seal(struct finding *f, const struct org *org, struct arena *a,
                 struct error *err)
{
	if (check_texts(f, a, err) != 0 || check_lists(f, err) != 0)
		return ERR_INVALID;
	if (f->resource.raw[0] == '\0' && f->resource.account[0] == '\0')
		return error_set(err, ERR_INVALID, "resource and account are missing");
	clean_numbers(f);
	f->cve = canonical_cve(f->cve, a);
	resource_canonicalize(&f->resource, a);
	if (f->resource.id[0] == '\0')
		return error_set(err, ERR_INVALID, "the resource has no identity");
	if (check_id("the canonical resource id", f->resource.id, err) != 0)
		return ERR_INVALID;

	const char *const identity[] = {f->connector, f->native_id, f->resource.id, f->cve};

	f->asset_key = asset_key_of(org, f->resource.id);
	f->key = key_of_texts("finding/1", org->id, identity, N_ELEMENTS(identity));
	f->content_hash = content_hash(f);
	return 0;
}

struct key asset_key_of(const struct org *org, const char *canonical_id)
{
	return key_of_texts("asset/1", org->id, &canonical_id, 1);
}

const char *finding_state_name(enum finding_state s)
{
	static const char *const names[N_FINDING_STATES] = {
	        [FINDING_OPEN] = "open",
	        [FINDING_RESOLVED] = "resolved",
	        [FINDING_SUPPRESSED] = "suppressed",
	        [FINDING_NOT_APPLICABLE] = "not_applicable",
	        [FINDING_UNKNOWN] = "unknown",
	        [FINDING_PASSING] = "passing",
	};

	return names[s];
}

const char *finding_class_name(enum finding_class c)
{
	static const char *const names[N_FINDING_CLASSES] = {
	        [CLASS_MISCONFIGURATION] = "misconfiguration",
	        [CLASS_VULNERABILITY] = "vulnerability",
	        [CLASS_THREAT] = "threat",
	        [CLASS_EXPOSURE] = "exposure",
	        [CLASS_SECRET] = "secret",
	        [CLASS_IDENTITY] = "identity",
	        [CLASS_LICENSE] = "license",
	        [CLASS_OTHER] = "other",
	};

	return names[c];
}
