/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calculation behind a score in words and as JSON: what `isobar explain` shows and
 * the api answers.
 */
#include "explanation.h"

#include "model/json_write.h"

#include "correlate.h"
#include "factors.h"

static const char *const maturity_words[] = {"none",       "proof of concept",
                                             "functional", "weaponised",
                                             "active",     "ransomware, or seen here"};
static const char *const exposure_words[] = {
        "none", "restricted", "internal", "unknown", "internet filtered", "internet open"};
static const char *const criticality_words[] = {
        "sandbox", "development", "unknown", "production", "important", "mission critical"};
static const char *const sensitivity_words[] = {"none", "internal", "unknown",
                                                "confidential", "regulated or secrets"};
static const char *const privilege_words[] = {"none",  "read",  "unknown",
                                              "write", "broad", "admin"};
static const char *const path_words[] = {"none", "adjacent to another risk",
                                         "toxic combination", "path to a high-value asset",
                                         "path to a crown jewel"};
static const char *const corroboration_words[] = {
        "weak", "one standard source", "one authoritative source", "independent engines"};
static const char *const yes_no[] = {"no", "yes"};

/* A factor with the input that it shows; words NULL: in factor_value(). */
struct factor_row {
	const char *name;
	enum input input;
	const char *const *words;
	size_t n_words;
};

#define WORDS(words) words, N_ELEMENTS(words)

static const struct factor_row factors[] = {
        [FACTOR_SEVERITY] = {"severity", INPUT_SEVERITY, NULL, 0},
        [FACTOR_LIKELIHOOD] = {"likelihood", INPUT_LIKELIHOOD, NULL, 0},
        [FACTOR_MATURITY] = {"maturity", INPUT_MATURITY, WORDS(maturity_words)},
        [FACTOR_AUTOMATABLE] = {"automatable", INPUT_AUTOMATABLE, WORDS(yes_no)},
        [FACTOR_TOTAL_IMPACT] = {"total_impact", INPUT_TOTAL, WORDS(yes_no)},
        [FACTOR_EXPOSURE] = {"exposure", INPUT_EXPOSURE, WORDS(exposure_words)},
        [FACTOR_CRITICALITY] = {"criticality", INPUT_CRITICALITY, WORDS(criticality_words)},
        [FACTOR_DATA] = {"data", INPUT_SENSITIVITY, WORDS(sensitivity_words)},
        [FACTOR_PRIVILEGE] = {"privilege", INPUT_PRIVILEGE, WORDS(privilege_words)},
        [FACTOR_PATH] = {"path", INPUT_PATH, WORDS(path_words)},
        [FACTOR_FAILING_LAYERS] = {"failing_layers", INPUT_FAILING, NULL, 0},
        [FACTOR_CORROBORATION] = {"corroboration", INPUT_CORROBORATION,
                                  WORDS(corroboration_words)},
};

static const char *basis_name(int64_t basis)
{
	switch ((enum basis)basis) {
	case BASIS_ASSUMED:
		return "assumed";
	case BASIS_REPORTED:
		return "reported";
	case BASIS_DERIVED:
		return "derived";
	case BASIS_CATALOG:
		return "catalogue";
	case BASIS_FEED:
		return "feed";
	}
	return "unknown";
}

static const char *likelihood_value(const struct explanation *e, struct arena *a)
{
	const int64_t lik = e->inputs[INPUT_LIKELIHOOD];

	if (e->inputs[INPUT_LIKELIHOOD_KIND] == LIKELIHOOD_CLASS)
		return arena_printf(a, "L%lld", (long long)lik);
	const char *more = "";

	if (e->basis[INPUT_LIKELIHOOD] == BASIS_ASSUMED)
		more = " (assumed)";
	else if (e->basis[INPUT_LIKELIHOOD] == BASIS_FEED && e->epss_day && *e->epss_day)
		more = arena_printf(a, " (%s)", e->epss_day);
	return arena_printf(a, "epss %lld.%05lld%s", (long long)(lik / 100000),
	                    (long long)(lik % 100000), more);
}

const char *explanation_value(const struct explanation *e, enum factor factor,
                              struct arena *a)
{
	const struct factor_row *row = &factors[factor];
	const int64_t value = e->inputs[row->input];

	if (factor == FACTOR_LIKELIHOOD)
		return likelihood_value(e, a);
	if (factor == FACTOR_SEVERITY)
		return arena_printf(a, "CVSS/label %lld", (long long)value);
	if (factor == FACTOR_FAILING_LAYERS)
		return arena_printf(a, "%lld of %lld layers", (long long)value,
		                    (long long)e->inputs[INPUT_APPLICABLE]);
	if (value >= 0 && value < (int64_t)row->n_words)
		return row->words[value];
	return arena_printf(a, "%lld", (long long)value);
}

bool explanation_is_readable(const struct explanation *e)
{
	return e->model && e->n_inputs == N_INPUTS && e->n_points == N_FACTORS;
}

const char *explanation_factor_name(enum factor factor)
{
	return factors[factor].name;
}

const char *explanation_basis(const struct explanation *e, enum factor factor)
{
	return basis_name(e->basis[factors[factor].input]);
}

const char *explanation_reasons(const struct explanation *e, int reasons, struct arena *a)
{
	const struct {
		int bit;
		const char *words;
	} all[] = {
	        {MERGED_SAME_ASSET, "same asset"},
	        {MERGED_ASSET_ALIAS, "same asset under another name"},
	        {MERGED_SAME_CVE, "same CVE"},
	        {MERGED_ADVISORY, "an advisory of the CVE"},
	        {MERGED_CONTROL, arena_printf(a, "catalogue control %s", e->control)},
	        {MERGED_SAME_RULE, "same rule"},
	        {MERGED_SAME_THREAT, "same threat"},
	        {MERGED_LINK, "linked by a person"},
	        {MERGED_SPLIT, "split off by a person"},
	};
	const char *out = "";

	for (size_t i = 0; i < N_ELEMENTS(all); i++)
		if (reasons & all[i].bit)
			out = arena_printf(a, "%s%s%s", out, *out ? ", " : "",
			                   all[i].words);
	return out;
}

static void put_factor(struct strbuf *b, const struct explanation *e, enum factor factor)
{
	ARENA_SCOPED a = arena_new(256);
	const struct factor_row *row = &factors[factor];
	const int64_t witness = e->witness[row->input];

	json_write_open(b, NULL, '{');
	json_write_text(b, "factor", row->name);
	json_write_text(b, "value", explanation_value(e, factor, a));
	json_write_int(b, "points", e->points[factor]);
	json_write_text(b, "basis", basis_name(e->basis[row->input]));
	json_write_open(b, "evidence", '[');
	if (witness >= 0 && witness < (int64_t)e->n_members)
		json_write_key(b, NULL, &e->members[witness]);
	json_write_close(b, ']');
	explanation_write_claims(b, e, factor);
	json_write_close(b, '}');
}

void explanation_write(struct strbuf *b, const struct explanation *e)
{
	const bool readable = explanation_is_readable(e);

	json_write_text(b, "model", e->model);
	json_write_open(b, "factors", '[');
	for (int i = 0; readable && i < FACTOR_POLICY; i++)
		put_factor(b, e, (enum factor)i);
	json_write_close(b, ']');
	json_write_int(b, "policy", readable ? e->points[FACTOR_POLICY] : 0);
	json_write_raw(b, "path_members", e->path_members ? e->path_members : "[]");
	json_write_raw(b, "paths", e->paths ? e->paths : "[]");
}

void explanation_write_former(struct strbuf *b, const struct explanation *e)
{
	ARENA_SCOPED a = arena_new(1024);
	const bool readable = explanation_is_readable(e);

	json_write_text(b, "model", e->model);
	json_write_open(b, "factors", '[');
	for (int i = 0; readable && i < FACTOR_POLICY; i++) {
		json_write_open(b, NULL, '{');
		json_write_text(b, "factor", factors[i].name);
		json_write_text(b, "value", explanation_value(e, (enum factor)i, a));
		json_write_int(b, "points", e->points[i]);
		json_write_text(b, "basis", basis_name(e->basis[factors[i].input]));
		json_write_close(b, '}');
	}
	json_write_close(b, ']');
	json_write_int(b, "policy", readable ? e->points[FACTOR_POLICY] : 0);
}
