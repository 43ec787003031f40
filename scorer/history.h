/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ISOBAR_HISTORY_H
#define ISOBAR_HISTORY_H

#include "base/strbuf.h"
#include "model/risk_history.h"

/* Words for the history of a risk: what `isobar history` shows and the api answers.  Texts
 * live in a. */
const char *history_kind(const struct history_entry *e);   /* "score_changed" */
const char *history_reason(const struct history_entry *e); /* "score_up"; "" none */
/* What an entry is of before and after, where it is of one thing; NULL: none. */
const char *history_from(const struct history_entry *e, struct arena *a);
const char *history_to(const struct history_entry *e, struct arena *a);
/* "feed+asset" of a score, else "". */
const char *history_causes(const struct history_entry *e, struct arena *a);
/* "likelihood L1 -> L3 (+40)", the same of all that moved it; "" of another entry. */
const char *history_changes(const struct history_entry *e, struct arena *a);

/* Members of an open JSON object, the same in every interface. */
void history_entry_put(struct strbuf *b, const struct history_entry *e);

#endif
