/* SPDX-License-Identifier: Apache-2.0 */
/* A generated world for property tests: a data directory, documents with known labels, and callers
 * with known clearances. Each document carries a marker word of its own, so that a leak of any
 * document can be seen in any byte that comes out. */
#ifndef STILE_TESTS_WORLD_H
#define STILE_TESTS_WORLD_H

#include "ingest/ingest.h"
#include "query/retrieve.h"
#include "support/random.h"

#define WORLD_COLLECTION "world" /* most documents */
#define WORLD_ANNEX "annex"      /* every fourth, by its number */
#define WORLD_LABELS 9
#define WORLD_CALLERS 6

extern const char *const world_labels[WORLD_LABELS];
extern const char *const world_callers[WORLD_CALLERS];
/* Whether caller `c` may read label `l`, by a table written by hand: the tests' oracle. */
bool world_may_read(size_t caller, size_t label);

typedef struct world_document {
    char id[32], marker[24], title[64];
    char metadata[96]; /* a JSON object */
    size_t label;
    stile_format format;
    stile_buf body;
    bool poisoned;
} world_document;

/* Everything of the document from `r` alone; `n` names it. The caller releases body. */
void world_document_make(test_random *r, unsigned n, size_t label, world_document *out);
void world_document_release(world_document *document);
/* A question made of words that documents are made of. */
void world_question(test_random *r, char *out, size_t size);

typedef struct world {
    char *folder;
    stile_plane *plane;
    stile_arena arena;
    stile_collection collection, annex;
    stile_caller owner;
} world;

/* Aborts the test with a message when something fails. `config` is stile.yaml, or NULL. The policy
 * is one for all worlds of a process: they must not load packs that somebody edits meanwhile. */
void world_open(world *w, const char *config);
void world_reopen(world *w);
void world_close(world *w);
/* The name of the collection that a document of this id lies in. */
const char *world_home(const char *id);
void world_put(world *w, const world_document *const *documents, size_t count);
void world_delete(world *w, const char *id);
void world_relabel(world *w, const char *id, size_t label);

/* The answer as JSON text, with what may differ between two askings (trace id, nonce) blanked.
 * On a refusal: its status and text. The caller releases `out`. */
void world_ask(world *w, size_t caller, const char *question, stile_mode mode, uint32_t k,
               stile_buf *out);
/* The body of a retrieve request: mode, k, collections, a filter, a format, now and then one that
 * is refused. */
void world_request(test_random *r, char *out, size_t size);
/* As world_ask, for a body of POST /v1/retrieve as JSON. */
void world_ask_json(world *w, size_t caller, const char *body, stile_buf *out);
void world_read(world *w, size_t caller, const char *id, stile_buf *out);
/* A call without a body through the table of routes; `path` with its query. As world_ask. */
void world_call(world *w, size_t caller, const char *method, const char *path, stile_buf *out);
/* Scan every chunk anew. No answer may tell whether that happened. */
void world_rescan(world *w);

#endif
