/* SPDX-License-Identifier: Apache-2.0 */
/* The label dictionary, and the permitted sets that it alone can mint.
 *
 * Each distinct label has a small internal id, never shown to a caller. A permit is the set of
 * label ids that one clearance dominates; search takes nothing else, so nothing can be searched
 * that was not cleared. Permits are cached by clearance text (LRU) with the number of labels
 * they cover, and caught up on use. */
#ifndef STILE_PERMIT_H
#define STILE_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "stile/label.h"

/* Thread-safe. Append-only: an id, once given, names its label for ever. */
typedef struct stile_labels stile_labels;

/* An immutable set of label ids; refcounted; thread-safe. */
typedef struct stile_permit stile_permit;

/* `levels` is borrowed and must outlive the dictionary; `cache` is the number of permits kept. */
stile_status stile_labels_create(const stile_levels *levels, size_t cache, stile_labels **out,
                                 stile_error *err) STILE_MUST_CHECK;
void stile_labels_destroy(stile_labels *labels);

/* The id of a canonical label, if it is known. */
bool stile_labels_find(const stile_labels *labels, stile_slice canonical, uint32_t *id);
/* Take the next id (0, 1, 2, ...) for a label that is new; the id of one that is known.
 * `*added` (may be NULL) says which. The dictionary keeps its own copy. */
stile_status stile_labels_add(stile_labels *labels, const stile_label *label, uint32_t *id,
                              bool *added, stile_error *err) STILE_MUST_CHECK;
uint32_t stile_labels_count(const stile_labels *labels);
/* Borrowed for the life of the dictionary; NULL when there is no such id. */
const stile_label *stile_labels_get(const stile_labels *labels, uint32_t id);

/* Mint the permitted set of `clearance` over every label known now. Caller unrefs. */
stile_status stile_permit_mint(stile_labels *labels, const stile_clearance *clearance,
                               stile_permit **out, stile_error *err) STILE_MUST_CHECK;
stile_permit *stile_permit_ref(stile_permit *permit);
void stile_permit_unref(stile_permit *permit); /* NULL is harmless */

/* NULL permits nothing. */
bool stile_permit_has(const stile_permit *permit, uint32_t label_id);
/* The ids, ascending; borrowed from the permit. */
const uint32_t *stile_permit_ids(const stile_permit *permit, size_t *count);
/* SHA-256 over the canonical texts of the permitted labels, sorted: what the audit records. */
const unsigned char *stile_permit_digest(const stile_permit *permit);

#endif
