/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows duties.  The tables are those of the program, by which the scorer decides too;
 * the database tells the types of assets only.
 */
#include "store/responsibility_store.h"

#include "model/json_write.h"
#include "store/catalog.h"

int responsibility_catalog(struct arena *a, struct responsibility_tables *out,
                           struct error *err)
{
	const struct responsibility_texts texts = {
	        .matrix = catalog_file_text("responsibility/matrix.csv"),
	        .resource_types = catalog_file_text("responsibility/resource_types.csv"),
	        .finding_categories =
	                catalog_file_text("responsibility/finding_categories.csv"),
	        .split = catalog_file_text("responsibility/split.tsv"),
	};

	return responsibility_load(&texts, a, out, err);
}

/* --- assets --- */

void asset_duty_bind(const struct org *org, const char *asset, struct pg_params *p)
{
	const struct key id = asset_key_of(org, asset);

	pg_bind_int(p, org->id);
	pg_bind_key(p, &id);
}

bool asset_duty_read(const PGresult *result, struct arena *a, struct asset_duty *out)
{
	if (PQntuples(result) == 0)
		return false;
	*out = (struct asset_duty){
	        .id = arena_strdup(a, pg_get_text(result, 0, "id")),
	        .type = arena_strdup(a, pg_get_text(result, 0, "type")),
	        .account = arena_strdup(a, pg_get_text(result, 0, "account")),
	        .provider = (enum provider)pg_get_int(result, 0, "provider")};
	return true;
}

int asset_duty_find(struct pg *pg, const struct org *org, const char *asset,
                    struct arena *a, struct asset_duty *out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;
	int rc;

	asset_duty_bind(org, asset, &p);
	if ((rc = pg_run(pg, STMT_ASSET_DUTY, &p, &result, err)) < 0)
		return rc;
	return asset_duty_read(result, a, out)
	               ? 0
	               : error_set(err, ERR_NOT_FOUND, "there is no asset \"%.200s\"",
	                           asset);
}

int unknown_types(struct pg *pg, const struct org *org, struct arena *a,
                  struct unknown_type **out, size_t *n_out, struct error *err)
{
	struct pg_params p = {.arena = a};
	CLEANUP(pg_clearp) PGresult *result = NULL;

	pg_bind_int(&p, org->id);
	const int rc = pg_run(pg, STMT_UNKNOWN_TYPES, &p, &result, err);

	if (rc < 0)
		return rc;
	*n_out = (size_t)PQntuples(result);
	*out = ARENA_ARRAY(a, struct unknown_type, *n_out + 1);
	for (int i = 0; i < (int)*n_out; i++)
		(*out)[i] = (struct unknown_type){
		        .provider = (enum provider)pg_get_int(result, i, "provider"),
		        .type = arena_strdup(a, pg_get_text(result, i, "type")),
		        .n_risks = pg_get_int(result, i, "n_risks"),
		        .first_seen = pg_get_timestamp(result, i, "first_seen")};
	return 0;
}

/* --- JSON --- */

static void put_split(struct strbuf *b, const struct control_domain *domain)
{
	json_write_text(b, "provider_does", domain->provider_does);
	json_write_text(b, "customer_does", domain->customer_does);
}

void responsibility_domain_put(struct strbuf *b, const struct control_domain *domain)
{
	json_write_text(b, "domain", domain->name);
	json_write_text(b, "layer", layer_name(domain->layer));
	for (int m = 0; m < N_SERVICE_MODELS; m++)
		json_write_text(b, service_model_name((enum service_model)m),
		                verdict_name(domain->owner[m]));
	json_write_text(b, "source", domain->source);
	json_write_text(b, "review_by", domain->review_by);
	put_split(b, domain);
}

/* What decided: an override is the type's, with the type's source. */
static const char *source_of(const struct responsibility *r)
{
	return r->overridden ? r->kind->source : r->domain->source;
}

void responsibility_answer_put(struct strbuf *b, const struct responsibility *r)
{
	json_write_text(b, "domain", r->domain->name);
	json_write_text(b, "layer", layer_name(r->layer));
	json_write_text(b, "verdict", verdict_name(r->verdict));
	json_write_text(b, "row_verdict", verdict_name(r->row_owner));
	json_write_bool(b, "overridden", r->overridden);
	json_write_text(b, "source", source_of(r));
	put_split(b, r->domain);
}

void resource_kind_put(struct strbuf *b, const struct responsibility_tables *t,
                       const char *type)
{
	const struct resource_kind *kind = resource_kind_find(t, type);

	json_write_text(b, "type", type);
	json_write_bool(b, "known", kind != NULL);
	json_write_text(b, "service_model",
	                service_model_name(kind ? kind->model : SERVICE_IAAS));
	json_write_text(b, "type_source", kind ? kind->source : NULL);
}

void responsibility_row_put(struct strbuf *b, const struct responsibility_tables *t,
                            const char *type, const char *category)
{
	const struct finding_category *c = finding_category_find(t, category);

	if (!c) {
		json_write_null(b, "responsibility_row");
		return;
	}
	const struct responsibility r = responsibility_of(t, type, c);

	json_write_open(b, "responsibility_row", '{');
	json_write_text(b, "category", category);
	resource_kind_put(b, t, type);
	responsibility_answer_put(b, &r);
	json_write_close(b, '}');
}

void unknown_type_put(struct strbuf *b, const struct unknown_type *u)
{
	json_write_text(b, "provider", provider_name(u->provider));
	json_write_text(b, "type", u->type);
	json_write_int(b, "risks", u->n_risks);
	json_write_time(b, "first_seen", u->first_seen);
}
