/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From evidence to the fifteen inputs of the score, one small function an input,
 * each with the member that set it.  docs/scoring.md tells the rules.
 */
#include "factors.h"

#include <string.h>

#include "model/severity.h"

#define SEV100_ASSUMED 50  /* docs/scoring.md 2.1: unknown severity */
#define EPSS_ASSUMED   200 /* 0.2 %: the median of EPSS v4, 59 points */

const struct finding_category *category_of_group(const struct responsibility_tables *t,
                                                 const struct risk_group *g,
                                                 const char *asset_type)
{
	const struct finding_category *found =
	        *g->category ? finding_category_find(t, g->category) : NULL;

	return found ? found
	             : finding_category_default(t, g->members[0].e->class, asset_type);
}

/* One group on its way to inputs. */
struct gather {
	const struct risk_group *g;
	const struct finding_category *category;
	const struct rule_severity *severity;
	const struct asset_view *asset;
	const struct intel *intel; /* what feeds say of the CVE; NULL: nothing */
	size_t n_live; /* members that count: the open ones, which stand first, or all */
	bool is_cve;
	struct gathered out;
};

static void note(struct gather *x, enum input input, enum basis basis, int witness)
{
	x->out.basis[input] = basis;
	x->out.witness[input] = witness;
}

static const struct evidence *member(const struct gather *x, size_t i)
{
	return x->g->members[i].e;
}

static unsigned int cvss_version(const struct evidence *e)
{
	return (e->flags & FINDING_FLAG_CVSS_MASK) >> FINDING_FLAG_CVSS_SHIFT;
}

/* Docs 2.1: a newer CVSS of a tool counts before the feeds'; of one version, theirs. */
static bool feed_scores(const struct gather *x, unsigned int version)
{
	return x->intel && x->intel->sev100 >= 0 &&
	       (unsigned int)x->intel->cvss_version >= version;
}

/* Of CVSS the newest version counts; else the greatest of what tools say. */
static void gather_severity(struct gather *x)
{
	int best = SEV100_UNKNOWN, witness = -1;
	unsigned int version = 0;

	for (size_t i = 0; i < x->n_live; i++) {
		const struct evidence *e = member(x, i);
		const unsigned int v = x->is_cve ? cvss_version(e) : 0;
		int sev = e->sev100;

		if (sev == SEV100_UNKNOWN)
			sev = x->severity->lookup(x->severity->ctx, e->connector, e->rule);
		if (sev == SEV100_UNKNOWN || v < version || (v == version && sev <= best))
			continue;
		version = v;
		best = sev;
		witness = (int)i;
	}
	if (feed_scores(x, version)) {
		x->out.inputs.sev100 = x->intel->sev100;
		note(x, INPUT_SEVERITY, BASIS_FEED, -1);
		return;
	}
	x->out.inputs.sev100 = best == SEV100_UNKNOWN ? SEV100_ASSUMED : best;
	note(x, INPUT_SEVERITY, witness < 0 ? BASIS_ASSUMED : BASIS_REPORTED, witness);
}

/* Tools carry the EPSS of the day that they were fed; the feed itself is nearer. */
static void gather_epss(struct gather *x)
{
	int best = -1, witness = -1;

	x->out.inputs.lik_kind = LIKELIHOOD_EPSS;
	if (x->intel && x->intel->epss >= 0) {
		x->out.inputs.lik = x->intel->epss;
		note(x, INPUT_LIKELIHOOD, BASIS_FEED, -1);
		return;
	}
	for (size_t i = 0; i < x->n_live; i++)
		if (member(x, i)->epss > best) {
			best = member(x, i)->epss;
			witness = (int)i;
		}
	x->out.inputs.lik = best < 0 ? EPSS_ASSUMED : best;
	note(x, INPUT_LIKELIHOOD, witness < 0 ? BASIS_ASSUMED : BASIS_REPORTED, witness);
}

static void gather_likelihood(struct gather *x)
{
	note(x, INPUT_LIKELIHOOD_KIND, BASIS_DERIVED, -1);
	if (x->is_cve) {
		gather_epss(x);
		return;
	}
	x->out.inputs.lik_kind = LIKELIHOOD_CLASS;
	switch (x->category->likelihood) {
	case CATEGORY_L0:
	case CATEGORY_L1:
	case CATEGORY_L2:
	case CATEGORY_L3:
	case CATEGORY_L4:
		x->out.inputs.lik = (int)x->category->likelihood;
		break;
	case CATEGORY_EPSS: /* a vulnerability without a CVE: known weakness, unknown use */
		x->out.inputs.lik = CATEGORY_L2;
		break;
	case CATEGORY_ACTIVE:
		x->out.inputs.lik = CATEGORY_L4;
		break;
	}
	note(x, INPUT_LIKELIHOOD, *x->g->category ? BASIS_CATALOG : BASIS_ASSUMED, -1);
}

/* A threat that is not made up was seen in the own tenant: the highest level. */
static void gather_maturity(struct gather *x)
{
	enum maturity best = MATURITY_NONE;
	int witness = -1;

	for (size_t i = 0; i < x->n_live; i++) {
		const struct evidence *e = member(x, i);
		const enum maturity m =
		        e->class == CLASS_THREAT && !(e->flags & FINDING_FLAG_SAMPLE)
		                ? MATURITY_RANSOMWARE
		                : e->maturity;

		if (m > best) {
			best = m;
			witness = (int)i;
		}
	}
	if (x->intel && x->intel->maturity > (int)best) {
		x->out.inputs.maturity = (enum maturity)x->intel->maturity;
		note(x, INPUT_MATURITY, BASIS_FEED, -1);
		return;
	}
	x->out.inputs.maturity = best;
	note(x, INPUT_MATURITY, witness < 0 ? BASIS_ASSUMED : BASIS_REPORTED, witness);
}

static int first_with_flag(const struct gather *x, unsigned int flag)
{
	for (size_t i = 0; i < x->n_live; i++)
		if (member(x, i)->flags & flag)
			return (int)i;
	return -1;
}

/* CVEs and threats are not controls: they do not make a layer fail. */
static bool is_failing_control(const struct risk_group *g)
{
	const enum finding_class class = g->members[0].e->class;

	return class == CLASS_MISCONFIGURATION || class == CLASS_EXPOSURE ||
	       class == CLASS_IDENTITY;
}

/* Says that the internet reaches the asset, while it is open. */
static bool says_exposed(const struct risk_group *g, const struct finding_category *c)
{
	return is_failing_control(g) && *g->category &&
	       strcmp(c->domain->name, "public_exposure_setting") == 0;
}

/* The unknown level is nobody's word. */
static enum basis context_basis(const struct asset_facts *f, enum context_field field,
                                bool is_unknown)
{
	if (!f->has_context || is_unknown)
		return BASIS_ASSUMED;
	return f->derived & 1u << field ? BASIS_DERIVED : BASIS_REPORTED;
}

/* A risk that is closed or muted is scored as it stood: what it says counts for itself. */
static void gather_exposure(struct gather *x)
{
	const struct asset_facts *f = x->asset->facts;

	x->out.inputs.exposure = f->context.exposure;
	note(x, INPUT_EXPOSURE,
	     context_basis(f, CONTEXT_EXPOSURE, f->context.exposure == EXPOSURE_UNKNOWN),
	     -1);
	if (x->asset->exposed_by_finding || says_exposed(x->g, x->category)) {
		x->out.inputs.exposure = EXPOSURE_OPEN;
		note(x, INPUT_EXPOSURE, BASIS_DERIVED, -1);
	}
}

/* SSVC decides (-1: it does not speak of the CVE); else a vector, of a tool or a feed. */
static bool gather_of_cve(struct gather *x, enum input input, unsigned int flag, int ssvc,
                          bool by_vector)
{
	const int witness = first_with_flag(x, flag);

	if (ssvc >= 0) {
		note(x, input, BASIS_FEED, -1);
		return ssvc > 0;
	}
	note(x, input, BASIS_DERIVED, witness);
	return witness >= 0 || by_vector;
}

/* After gather_exposure(): a category may be automatable only where it is reached. */
static void gather_impact(struct gather *x)
{
	static const struct intel nothing = {.automatable = -1, .total = -1};
	const struct intel *intel = x->intel ? x->intel : &nothing;

	if (x->is_cve) {
		x->out.inputs.automatable =
		        gather_of_cve(x, INPUT_AUTOMATABLE, FINDING_FLAG_AUTOMATABLE,
		                      intel->automatable, intel->vector_automatable);
		x->out.inputs.total = gather_of_cve(x, INPUT_TOTAL, FINDING_FLAG_TOTAL,
		                                    intel->total, intel->vector_total);
		return;
	}
	x->out.inputs.automatable = x->category->automatable_if_exposed &&
	                            x->out.inputs.exposure >= EXPOSURE_FILTERED;
	note(x, INPUT_AUTOMATABLE, BASIS_CATALOG, -1);
	x->out.inputs.total = x->category->total_impact;
	note(x, INPUT_TOTAL, BASIS_CATALOG, -1);
}

static void gather_context(struct gather *x)
{
	const struct asset_facts *f = x->asset->facts;
	const struct asset_context *c = &f->context;

	x->out.inputs.crit = f->context.criticality;
	x->out.inputs.data = f->context.sensitivity;
	x->out.inputs.priv = f->context.privilege;
	x->out.inputs.path = PATH_NONE;
	note(x, INPUT_CRITICALITY,
	     context_basis(f, CONTEXT_CRITICALITY, c->criticality == CRITICALITY_UNKNOWN),
	     -1);
	note(x, INPUT_SENSITIVITY,
	     context_basis(f, CONTEXT_SENSITIVITY, c->sensitivity == SENSITIVITY_UNKNOWN),
	     -1);
	note(x, INPUT_PRIVILEGE,
	     context_basis(f, CONTEXT_PRIVILEGE, c->privilege == PRIVILEGE_UNKNOWN), -1);
	note(x, INPUT_PATH, BASIS_DERIVED, -1);
}

/* Failing layers are counted among those that are ours, beside the risk's own. */
static void gather_layers(struct gather *x)
{
	const struct asset_view *asset = x->asset;
	const enum layer own = x->out.responsibility.layer;

	x->out.inputs.applicable = applicable_layers(asset->our_layers, own);
	x->out.inputs.failing =
	        applicable_layers(asset->our_layers & asset->failing_layers, own);
	note(x, INPUT_FAILING, BASIS_DERIVED, -1);
	note(x, INPUT_APPLICABLE, BASIS_CATALOG, -1);
}

/* Engine families, not products: two products with one engine see with one eye. */
static void gather_corroboration(struct gather *x)
{
	enum corroboration best = CORROBORATION_WEAK;
	int witness = 0;

	for (size_t i = 0; i < x->n_live; i++) {
		const struct evidence *e = member(x, i);

		if (strcmp(e->engine, member(x, 0)->engine) != 0) {
			best = CORROBORATION_INDEPENDENT;
			witness = (int)i;
			break;
		}
		if ((enum corroboration)e->fidelity > best) {
			best = (enum corroboration)e->fidelity;
			witness = (int)i;
		}
	}
	x->out.inputs.corr = best;
	note(x, INPUT_CORROBORATION, BASIS_REPORTED, witness);
}

static size_t count_live(const struct risk_group *g)
{
	size_t n = 0;

	while (n < g->n_members && g->members[n].e->state == FINDING_OPEN)
		n++;
	return n ? n : g->n_members;
}

struct gathered gather_inputs(const struct responsibility_tables *t,
                              const struct rule_severity *severity,
                              const struct intel_table *intel, const struct risk_group *g,
                              const struct asset_view *asset)
{
	struct gather x = {
	        .g = g, .severity = severity, .asset = asset, .n_live = count_live(g)};

	x.is_cve = strncmp(g->subject, "cve:", 4) == 0;
	x.intel = x.is_cve ? intel_find(intel, g->subject + 4) : NULL;
	x.category = category_of_group(t, g, asset->facts->type);
	x.out.category = x.category;
	x.out.responsibility = responsibility_of_kind(asset->kind, x.category);
	x.out.inputs.is_cve = x.is_cve;
	note(&x, INPUT_IS_CVE, BASIS_DERIVED, -1);
	gather_severity(&x);
	gather_likelihood(&x);
	gather_maturity(&x);
	gather_exposure(&x);
	gather_impact(&x);
	gather_context(&x);
	gather_layers(&x);
	gather_corroboration(&x);
	return x.out;
}

static bool is_open(const struct risk_group *g)
{
	return g->members[0].e->state == FINDING_OPEN;
}

struct asset_view asset_view_of(const struct responsibility_tables *t,
                                const struct asset_facts *facts,
                                const struct risk_group *groups, size_t n)
{
	const struct resource_kind *kind = resource_kind_find(t, facts->type);
	struct asset_view out = {
	        .facts = facts, .kind = kind, .our_layers = our_layers(t, kind)};

	for (size_t i = 0; i < n; i++) {
		const struct finding_category *c;

		if (!is_open(&groups[i]) || !is_failing_control(&groups[i]))
			continue;
		c = category_of_group(t, &groups[i], facts->type);
		out.failing_layers |= 1u << c->layer;
		out.exposed_by_finding |= says_exposed(&groups[i], c);
	}
	return out;
}

void inputs_to_row(const struct score_inputs *in, int32_t row[N_INPUTS])
{
	row[INPUT_SEVERITY] = in->sev100;
	row[INPUT_LIKELIHOOD_KIND] = (int32_t)in->lik_kind;
	row[INPUT_LIKELIHOOD] = in->lik;
	row[INPUT_MATURITY] = (int32_t)in->maturity;
	row[INPUT_AUTOMATABLE] = in->automatable;
	row[INPUT_TOTAL] = in->total;
	row[INPUT_EXPOSURE] = (int32_t)in->exposure;
	row[INPUT_CRITICALITY] = (int32_t)in->crit;
	row[INPUT_SENSITIVITY] = (int32_t)in->data;
	row[INPUT_PRIVILEGE] = (int32_t)in->priv;
	row[INPUT_PATH] = (int32_t)in->path;
	row[INPUT_FAILING] = in->failing;
	row[INPUT_APPLICABLE] = in->applicable;
	row[INPUT_CORROBORATION] = (int32_t)in->corr;
	row[INPUT_IS_CVE] = in->is_cve;
}

struct score_inputs inputs_of_row(const int32_t row[N_INPUTS])
{
	return (struct score_inputs){
	        .sev100 = row[INPUT_SEVERITY],
	        .lik_kind = (enum likelihood_kind)row[INPUT_LIKELIHOOD_KIND],
	        .lik = row[INPUT_LIKELIHOOD],
	        .maturity = (enum maturity)row[INPUT_MATURITY],
	        .automatable = row[INPUT_AUTOMATABLE] != 0,
	        .total = row[INPUT_TOTAL] != 0,
	        .exposure = (enum exposure)row[INPUT_EXPOSURE],
	        .crit = (enum criticality)row[INPUT_CRITICALITY],
	        .data = (enum sensitivity)row[INPUT_SENSITIVITY],
	        .priv = (enum privilege)row[INPUT_PRIVILEGE],
	        .path = (enum path_level)row[INPUT_PATH],
	        .failing = row[INPUT_FAILING],
	        .applicable = row[INPUT_APPLICABLE],
	        .corr = (enum corroboration)row[INPUT_CORROBORATION],
	        .is_cve = row[INPUT_IS_CVE] != 0,
	};
}
