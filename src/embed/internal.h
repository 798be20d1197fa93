/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of embedders share: the table that each fills, and the common part that each
 * embedder begins with. */
#ifndef STILE_EMBED_INTERNAL_H
#define STILE_EMBED_INTERNAL_H

#include "embed/embedder.h"

typedef struct stile_embedder_kind {
    const char *name;
    double weight; /* see stile_embedder_weight() */
    /* Sets *out only on STILE_OK, with every field of the common part filled. */
    stile_status (*create)(const stile_embedder_options *options, stile_embedder **out,
                           stile_error *err);
    void (*destroy)(stile_embedder *embedder);
    stile_status (*embed)(stile_embedder *embedder, stile_embed_role role,
                          const stile_embed_text *texts, size_t count, float *out,
                          stile_error *err);
} stile_embedder_kind;

#define STILE_EMBEDDER_NAME 256

/* The first member of each kind's struct; immutable once created. */
struct stile_embedder {
    const stile_embedder_kind *kind;
    size_t dim;
    stile_sha256 hash;
    char name[STILE_EMBEDDER_NAME]; /* for people: the kind, and the model */
    const float *centroids;         /* the kind's own, or NULL */
    size_t centroid_count;
};

extern const stile_embedder_kind stile_embedder_static;
extern const stile_embedder_kind stile_embedder_endpoint;
extern const stile_embedder_kind stile_embedder_none;

#endif
