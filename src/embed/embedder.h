/* SPDX-License-Identifier: Apache-2.0 */
/* Embedders: text to unit vectors. A plug-point: one table of functions per kind, one registry.
 *
 * Vectors of two embedders never mix: the hash, which covers everything that decides a vector
 * (weights, tokenizer, pooling, or the endpoint's URL, model and dimension), is part of the
 * policy version and is stored beside the vectors. */
#ifndef STILE_EMBED_EMBEDDER_H
#define STILE_EMBED_EMBEDDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "stile/slice.h"
#include "stile/status.h"

typedef struct stile_embedder stile_embedder;

typedef enum { STILE_EMBED_DOCUMENT, STILE_EMBED_QUERY } stile_embed_role;

/* A piece of a document and the document's title, or a query, whose title is empty. Borrowed. */
typedef struct stile_embed_text {
    stile_slice title, text;
} stile_embed_text;

typedef struct stile_embedder_options {
    const char *kind;       /* "static", "endpoint" or "none"; NULL: "static" */
    const char *model_path; /* static: the model file; NULL: the one shipped, which is found
                               through stile_model_path() */
    /* endpoint */
    const char *url;      /* base URL, ".../v1" */
    const char *model;    /* name sent */
    const char *key_file; /* holds the bearer token; NULL: none */
    uint32_t dimensions;  /* expected; 0: asked of the endpoint at open */
    uint32_t batch;       /* inputs a request; 0: 32 */
    uint32_t timeout_ms;  /* of one request; 0: 30000 */
    uint32_t retries;     /* 0: 4 */
} stile_embedder_options;

/* Caller destroys. Strings in `options` are copied. */
stile_status stile_embedder_create(const stile_embedder_options *options, stile_embedder **out,
                                   stile_error *err) STILE_MUST_CHECK;
void stile_embedder_destroy(stile_embedder *embedder);

/* Unit vectors, `out[count][dim]` row-major, in the order of `texts`. Thread-safe. A text without
 * a known token gives a zero vector, which matches nothing. A text's vector does not depend on
 * its neighbours in the call. On failure `out` is unspecified; STILE_UNAVAILABLE when an
 * endpoint cannot be had (a caller may answer lexically and say so), STILE_TIMEOUT likewise. */
stile_status stile_embedder_embed(stile_embedder *embedder, stile_embed_role role,
                                  const stile_embed_text *texts, size_t count, float *out,
                                  stile_error *err) STILE_MUST_CHECK;
size_t stile_embedder_dim(const stile_embedder *embedder); /* 0 for "none" */
const stile_sha256 *stile_embedder_hash(const stile_embedder *embedder);
const char *stile_embedder_name(const stile_embedder *embedder);

/* How far its scores count beside the lexical ones in a hybrid search, 0 to 1: a constant of the
 * kind, since a static table is a weaker witness than a transformer (docs/retrieval-quality.md). */
double stile_embedder_weight(const stile_embedder *embedder);

/* Centroids that ship with the embedder: `*count` rows of `dim` floats, fitted on public text;
 * NULL and 0 when it has none. Borrowed from the embedder. */
const float *stile_embedder_centroids(const stile_embedder *embedder, size_t *count);

/* Where the shipped model file lies: $STILE_MODEL, beside the binary (../share/stile, or the
 * source tree it was built from). STILE_NOT_FOUND names the places looked in. */
stile_status stile_model_path(char *out, size_t size, stile_error *err) STILE_MUST_CHECK;

#endif
