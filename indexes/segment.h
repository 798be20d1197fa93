/* SPDX-License-Identifier: Apache-2.0 */
/* A segment: rows sorted by (collection, label, cell, docref, ordinal), immutable.
 *
 *   runs     one per (collection, label), ascending: where its rows, terms and postings lie
 *   rows     identities, lengths and epochs        scales   one float a row
 *   by_id    row numbers by (docref, ordinal)      codes    dim bytes a row
 *   terms    of each run, ascending by hash        postings of each term, packed: postings.h
 *   attributes  what rows can be filtered by, one block a run
 *   signs    one bit a dimension, made from the codes
 *
 * The sections are the same bytes in memory and in a file (docs/formats/index.md), so a segment
 * is read alike whether it was just built or mapped. A row's epoch is the number of the apply
 * that added it; merging keeps it. */
#ifndef STILE_INDEXES_SEGMENT_H
#define STILE_INDEXES_SEGMENT_H

#include <stdatomic.h>

#include "base/file.h"
#include "base/hash.h"
#include "indexes/attributes.h"
#include "indexes/postings.h"
#include "indexes/tombstones.h"
#include "stile/buf.h"
#include "stile/document.h"

typedef struct stile_run {
    uint32_t collection, label;
    uint32_t first_row, rows;
    uint64_t first_term, postings_at; /* the second in bytes of its section */
    uint64_t title_words, body_words; /* summed over all its rows */
    uint64_t attributes_at;           /* in its section, of the block; see attributes.h */
    uint32_t terms, attributes;
} stile_run;

typedef struct stile_row {
    stile_docref doc;
    uint64_t epoch;
    uint32_t ordinal, cell;
    uint32_t title_len, body_len;
} stile_row;

typedef struct stile_term_entry {
    uint64_t hash;
    uint32_t at, count; /* its postings: from where the run's begin, in bytes; how many */
} stile_term_entry;

/* The bytes of a file are these structs. */
_Static_assert(sizeof(stile_run) == 64 && sizeof(stile_row) == 40 && sizeof(stile_term_entry) == 16,
               "a struct of the segment format has padding");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "segments are little-endian");

typedef enum {
    STILE_SECTION_RUNS,
    STILE_SECTION_ROWS,
    STILE_SECTION_SCALES,
    STILE_SECTION_BY_ID,
    STILE_SECTION_CODES,
    STILE_SECTION_TERMS,
    STILE_SECTION_POSTINGS,
    STILE_SECTION_ATTRIBUTES,
    STILE_SECTION_SIGNS,
    STILE_SECTIONS
} stile_section;

#define STILE_SEGMENT_ROWS_MAX ((uint32_t)1 << 30)

/* What the segments of one index have in common. */
typedef struct stile_segment_kind {
    uint32_t dim;
    stile_sha256 embedder;
} stile_segment_kind;

typedef struct stile_segment {
    atomic_size_t refs;
    /* immutable */
    stile_segment_kind kind;
    uint32_t run_count, row_count;
    uint64_t term_count, postings_len;
    uint64_t epoch_low, epoch_high;
    const stile_run *runs;
    const stile_row *rows;
    const float *scales;
    const uint32_t *by_id;
    const int8_t *codes;
    const uint64_t *signs; /* stile_code_sign_words(dim) a row */
    const stile_term_entry *terms;
    const char *postings;
    const char *attributes;
    uint64_t attributes_len;
    uint64_t file; /* its number in the folder; 0: not saved */
    uint64_t file_len, file_sum;
    /* owned: the sections of one built, or the map of one saved */
    stile_buf parts[STILE_SECTIONS];
    stile_map map;
} stile_segment;

stile_segment *stile_segment_ref(stile_segment *segment);
void stile_segment_unref(stile_segment *segment); /* NULL is harmless */

/* Take over the sections in `parts` (which are left empty), all but BY_ID and SIGNS,
 * which are made here, and the zeros that end POSTINGS.
 * On failure the parts stay the caller's. */
stile_status stile_segment_assemble(const stile_segment_kind *kind, stile_buf *parts,
                                    stile_segment **out, stile_error *err) STILE_MUST_CHECK;

/* The first run >= (collection, label) in [from, run_count), found by galloping. */
uint32_t stile_segment_seek(const stile_segment *segment, uint32_t from, uint32_t collection,
                            uint32_t label);
/* Positions [*first, *end) in by_id of a document's rows. */
void stile_segment_find(const stile_segment *segment, const stile_docref *doc, uint32_t *first,
                        uint32_t *end);
/* A run's term, or NULL. */
const stile_term_entry *stile_segment_term(const stile_segment *segment, const stile_run *run,
                                           uint64_t hash);
/* The postings of a term of the run; an empty list for NULL. */
stile_posting_list stile_segment_postings(const stile_segment *segment, const stile_run *run,
                                          const stile_term_entry *term);
/* Order of rows within a run. */
int stile_row_cmp(const stile_row *a, const stile_row *b);

/* Every invariant of the sections, so that no later read can leave them; else *why. */
bool stile_segment_validate(const stile_segment *segment, const char **why);

/* segment_file.c: `path` of the file numbered `file`; write one and map it back. */
stile_status stile_segment_write(const stile_segment *segment, const char *path,
                                 stile_error *err) STILE_MUST_CHECK;
/* Maps and checks everything: STILE_CORRUPT for a file that is damaged or of another kind.
 * `file` is its number. */
stile_status stile_segment_open(const char *path, uint64_t file, const stile_segment_kind *kind,
                                stile_segment **out, stile_error *err) STILE_MUST_CHECK;
/* The same from bytes in memory, which must outlive the segment and be aligned to 8. */
stile_status stile_segment_read(stile_slice bytes, const stile_segment_kind *kind,
                                stile_segment **out, stile_error *err) STILE_MUST_CHECK;

/* segment_merge.c: one of the inputs' live rows. */
typedef struct stile_segment_input {
    const stile_segment *segment;
    const stile_tombstones *dead;
} stile_segment_input;
stile_status stile_segment_merge(const stile_segment_input *inputs, size_t count,
                                 stile_segment **out, stile_error *err) STILE_MUST_CHECK;

#endif
