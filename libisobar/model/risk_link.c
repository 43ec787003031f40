/* SPDX-License-Identifier: Apache-2.0 */
/* Which links and splits people may make. */
#include "model/risk_link.h"

#include "base/attr.h"
#include "model/subject.h"

static bool is_in(const struct link_finding *f, const struct link_risk *risk)
{
	return f->has_risk && key_cmp(&f->risk_id, &risk->id) == 0;
}

enum link_outcome link_check(enum link_change change, const struct link_risk *risk,
                             const struct link_finding *finding)
{
	if (finding->e.flags & FINDING_FLAG_SAMPLE)
		return LINK_SAMPLE;
	if (change == LINK_PUT) {
		if (is_in(finding, risk))
			return LINK_THERE;
		return key_cmp(&finding->e.canonical_id, &risk->asset_id) == 0
		               ? LINK_DONE
		               : LINK_OTHER_ASSET;
	}
	if (!is_in(finding, risk))
		return LINK_NOT_IN_IT;
	return change == LINK_END && !finding->has_link ? LINK_NONE : LINK_DONE;
}

enum link_outcome link_check_all(enum link_change change, const struct link_risk *risk,
                                 size_t n)
{
	if (risk->n_findings == 0)
		return LINK_NO_FINDINGS;
	return change == LINK_SPLIT && n >= risk->n_findings ? LINK_ALL : LINK_DONE;
}

const char *link_outcome_text(enum link_outcome outcome)
{
	static const char *const texts[] = {
	        [LINK_DONE] = "is done",
	        [LINK_OTHER_ASSET] =
	                "is of another asset: links join findings of one asset only",
	        [LINK_SAMPLE] = "was made up by its provider, and is in no risk",
	        [LINK_THERE] = "is in that risk already",
	        [LINK_NOT_IN_IT] = "is not in that risk",
	        [LINK_NONE] = "is where it is by itself: nobody has linked or split it",
	        [LINK_ALL] = "would have no finding left: leave one of them in it",
	        [LINK_NO_FINDINGS] = "has no findings: it is a path, or was merged",
	};

	return (size_t)outcome < N_ELEMENTS(texts) ? texts[outcome] : "";
}

struct key link_place(const struct org *org, enum link_change change,
                      const struct link_risk *risk, const struct key *new_id,
                      struct arena *a)
{
	char text[KEY_TEXT_MAX];

	if (change != LINK_SPLIT)
		return risk->place;
	return fingerprint_of(org, &risk->asset_id,
	                      arena_printf(a, "split:%s", key_text(new_id, text)), "");
}
