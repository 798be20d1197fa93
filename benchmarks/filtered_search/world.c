/* SPDX-License-Identifier: Apache-2.0 */
#include "benchmarks/filtered_search/world.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "benchmarks/filtered_search/tools.h"

#define STEP 1000 /* rows in one apply */

/* Label l is "public//s0|s2|own": a token for each share at which it is permitted. */
static void add_labels(world *w, const rows *r)
{
    stile_error err = {0};

    must(stile_levels_create_default(&w->levels, &err), &err);
    must(stile_labels_create(w->levels, 8, &w->labels, &err), &err);
    for (uint32_t l = 0; l < r->labels; l++) {
        char text[128];
        stile_label *label;
        int len = snprintf(text, sizeof text, "public//own%" PRIu32, l);
        for (int s = 0; s < SHARES; s++)
            if (r->label_shares[l] >> s & 1)
                len += snprintf(text + len, sizeof text - (size_t)len, "|s%d", s);
        must(stile_label_parse(w->levels, stile_str(text), &label, &err), &err);
        must(stile_labels_add(w->labels, label, &w->ids[l], NULL, &err), &err);
        stile_label_destroy(label);
    }
}

static void apply(world *w, const rows *r, uint32_t first, uint32_t count)
{
    static stile_index_document documents[STEP];
    static const stile_terms none = {0};
    stile_error err = {0};

    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = first + i;
        stile_docref doc = {{0}};
        memcpy(doc.bytes, &row, sizeof row);
        documents[i] = (stile_index_document){.doc = doc,
                                              .collection = WORLD_COLLECTION,
                                              .label = w->ids[r->label_of[row]],
                                              .chunks = 1,
                                              .codes = r->codes + (size_t)row * r->vectors.dim,
                                              .scales = &r->scales[row],
                                              .terms = &none};
    }
    must(stile_index_apply(w->index, documents, count, NULL, 0, first / STEP + 1, &err), &err);
}

void world_make(world *w, const rows *r, stile_embedder *embedder)
{
    stile_index_options options = {.folder = w->folder, .dim = r->vectors.dim};
    stile_error err = {0};
    uint64_t seq;

    (void)snprintf(w->folder, sizeof w->folder, "/tmp/stile-bench-XXXXXX");
    if (!mkdtemp(w->folder))
        exit(1);
    options.centroids = stile_embedder_centroids(embedder, &options.centroid_count);
    add_labels(w, r);
    must(stile_index_open(&options, &w->index, &seq, &err), &err);
    for (uint32_t first = 0, count = r->vectors.rows; first < count; first += STEP)
        apply(w, r, first, count - first < STEP ? count - first : STEP);
}

void world_free(world *w)
{
    stile_index_destroy(w->index);
    stile_labels_destroy(w->labels);
    stile_levels_destroy(w->levels);
    (void)rmdir(w->folder); /* nothing was saved, so it is empty */
}

stile_permit *world_permit(const world *w, int share)
{
    char text[32];
    stile_clearance *clearance;
    stile_permit *permit;
    stile_error err = {0};

    (void)snprintf(text, sizeof text, "public//s%d", share);
    must(stile_clearance_parse(w->levels, stile_str(text), &clearance, &err), &err);
    must(stile_permit_mint(w->labels, clearance, &permit, &err), &err);
    stile_clearance_destroy(clearance);
    return permit;
}
