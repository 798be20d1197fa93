/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a pack, as libyaml's parser brings them. Each function moves the loader to the events that
 * it reads; what is not as it should be is STILE_INVALID, with file and line. Text lies in the arena of
 * the rules and ends in a NUL. */
#ifndef STILE_CLASSIFIERS_RULES_EVENT_H
#define STILE_CLASSIFIERS_RULES_EVENT_H

#include "classifiers/rules_read.h"

/* "pack.yaml:17: what", of the event at hand. */
stile_status stile_rules_wrong(const stile_rules_loader *l, const char *what) STILE_MUST_CHECK;

/* The next event, into l->event. */
stile_status stile_rules_next(stile_rules_loader *l) STILE_MUST_CHECK;
/* The event at hand as text. */
stile_status stile_rules_scalar(stile_rules_loader *l, stile_slice *out) STILE_MUST_CHECK;

/* What follows. A list is one of scalars, or one scalar as a list of one. */
stile_status stile_rules_next_scalar(stile_rules_loader *l, stile_slice *out) STILE_MUST_CHECK;
stile_status stile_rules_next_string(stile_rules_loader *l, const char **out) STILE_MUST_CHECK;
stile_status stile_rules_next_list(stile_rules_loader *l, stile_slice *list, size_t most,
                                   size_t *count) STILE_MUST_CHECK;
stile_status stile_rules_next_number(stile_rules_loader *l, double low, double high,
                                     double *out) STILE_MUST_CHECK;
stile_status stile_rules_next_flag(stile_rules_loader *l, bool *out) STILE_MUST_CHECK;
/* One of `names`, as its place among them. */
stile_status stile_rules_next_choice(stile_rules_loader *l, const char *const *names, size_t count,
                                     uint8_t *out) STILE_MUST_CHECK;

/* The place of `name` among `names`; -1 when it is none of them. */
int stile_rules_index_of(const char *const *names, size_t count, stile_slice name);

#endif
