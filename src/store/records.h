/* SPDX-License-Identifier: Apache-2.0 */
/* What the store's bytes mean: keys and records, as docs/formats/store.md lays them out.
 *
 * Encoders append to a buffer; decoders check every bound and give STILE_CORRUPT. Decoded slices
 * borrow from the record (and arrays from the arena). */
#ifndef STILE_STORE_RECORDS_H
#define STILE_STORE_RECORDS_H

#include <stdint.h>

#include "base/hash.h"
#include "stile/arena.h"
#include "stile/buf.h"
#include "stile/document.h"
#include "stile/limits.h"

#define STILE_SCHEMA_VERSION 1 /* of the whole data directory; a newer one is refused */

/* What a collection does with flagged chunks. */
typedef enum {
    STILE_FLAGGED_SANITIZE, /* what the findings condemn is cut out, where enough is left */
    STILE_FLAGGED_WITHHOLD  /* the text is withheld */
} stile_flagged;

/* A named corpus. */
typedef struct stile_collection {
    uint32_t id;
    stile_slice name;
    stile_slice ceiling; /* canonical label "level//a&b", or empty: only the directory's holder
                            may write */
    stile_trust trust;   /* of documents that name none */
    stile_flagged flagged;
    uint64_t created_ms;
} stile_collection;

void stile_collection_encode(const stile_collection *collection, stile_buf *out);
stile_status stile_collection_decode(stile_slice record, stile_collection *out,
                                     stile_error *err) STILE_MUST_CHECK;

/* A document's truth. Its label lives here and nowhere else in the truth. */
typedef struct stile_document {
    uint32_t collection, label;
    stile_slice id, title, url;
    stile_slice metadata; /* canonical JSON object, or empty */
    stile_format format;
    stile_trust trust;
    uint32_t chunks;
    uint64_t original_len;
    uint64_t seq;         /* change that wrote this record */
    uint64_t content_seq; /* change that wrote its chunks */
    uint64_t created_ms, updated_ms;
    stile_sha256 original_sha256;
    stile_sha256 fingerprint; /* of all that decides its chunks and rows: unchanged, a no-op */
} stile_document;

void stile_document_encode(const stile_document *document, stile_buf *out);
stile_status stile_document_decode(stile_slice record, stile_document *out,
                                   stile_error *err) STILE_MUST_CHECK;

/* One chunk: the citation, its proof, and the text it gives. */
typedef struct stile_chunk_record {
    uint32_t orig_start, orig_end, line_start, line_end;
    stile_slice heading;
    stile_slice pieces;      /* see ingest/chunk.h */
    stile_slice text;        /* = pieces applied to original[orig_start, orig_end) */
    stile_sha256 scan_input; /* digest of every byte that the scan reads for this chunk */
} stile_chunk_record;

void stile_chunk_record_encode(const stile_chunk_record *chunk, stile_buf *out);
stile_status stile_chunk_record_decode(stile_slice record, stile_chunk_record *out,
                                       stile_error *err) STILE_MUST_CHECK;

/* What the index needs of a document, one record: codes, scales and forward lists. */
typedef struct stile_rows_record {
    uint32_t chunks, dim;
    stile_sha256 embedder;
    const int8_t *codes; /* [chunks][dim] */
    const float *scales; /* [chunks] */
    stile_slice *terms;  /* [chunks], forward records of indexes/terms.h */
} stile_rows_record;

stile_status stile_rows_encode(const stile_rows_record *rows, stile_buf *out,
                               stile_error *err) STILE_MUST_CHECK;
stile_status stile_rows_decode(stile_slice record, stile_arena *arena, stile_rows_record *out,
                               stile_error *err) STILE_MUST_CHECK;

/* A change: what kind of step, and which documents it touched. */
typedef enum { STILE_CHANGE_PUT = 1, STILE_CHANGE_DELETE, STILE_CHANGE_RELABEL } stile_change_kind;
typedef struct stile_change {
    stile_change_kind kind;
    const stile_docref *documents;
    size_t count;
} stile_change;
stile_status stile_change_encode(const stile_change *change, stile_buf *out,
                                 stile_error *err) STILE_MUST_CHECK;
stile_status stile_change_decode(stile_slice record, stile_arena *arena, stile_change *out,
                                 stile_error *err) STILE_MUST_CHECK;

/* Keys. Integers are big-endian, so that byte order is numeric order. */
typedef struct stile_dbkey {
    char bytes[24];
    size_t len;
} stile_dbkey;

static inline stile_slice stile_dbkey_slice(const stile_dbkey *key)
{
    return (stile_slice){key->bytes, key->len};
}
stile_dbkey stile_dbkey_u32(uint32_t v);
stile_dbkey stile_dbkey_u64(uint64_t v);
stile_dbkey stile_dbkey_document(const stile_docref *doc);
stile_dbkey stile_dbkey_chunk(const stile_docref *doc, uint32_t ordinal);
bool stile_dbkey_read_u32(stile_slice key, uint32_t *out);
bool stile_dbkey_read_u64(stile_slice key, uint64_t *out);
/* NAMES: collection id, then the owner's document id: walks a prefix of ids in order. */
void stile_dbkey_name(uint32_t collection, stile_slice id, stile_buf *out);

#endif
