/* SPDX-License-Identifier: Apache-2.0 */
/* Building: sort the rows, then invert each run's forward lists. Forward lists ascend by hash
 * and rows come in order, so one stable radix sort by hash leaves each term's postings in row
 * order. */
#include "indexes/segment_build.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* A document's attributes, which all its rows share. */
typedef struct staged_document {
    stile_attribute *attributes;
    size_t attribute_count;
} staged_document;

typedef struct staged_row {
    const stile_index_document *document;
    const staged_document *staged;
    uint32_t ordinal, cell;
} staged_row;

typedef struct staged_posting {
    uint64_t hash;
    stile_posting posting;
} staged_posting;

typedef struct builder {
    const stile_segment_source *source;
    stile_arena arena;          /* attributes */
    staged_document *documents; /* [source->count] */
    staged_row *rows;
    size_t row_count;
    staged_posting *postings, *sorted; /* of the run at hand; `room` each */
    size_t room;
    stile_posting *list; /* of one term; room for every row */
    float *vector;       /* a decoded row */
    stile_buf parts[STILE_SECTIONS];
} builder;

static const int8_t *code_of(const builder *b, const staged_row *row)
{
    return row->document->codes + (size_t)row->ordinal * b->source->kind.dim;
}

static stile_status cell_of(const builder *b, staged_row *row, stile_error *err)
{
    const int8_t *code;

    row->cell = 0;
    if (!b->source->cells || b->source->kind.dim == 0)
        return STILE_OK;
    code = code_of(b, row);
    for (uint32_t i = 0; i < b->source->kind.dim; i++)
        b->vector[i] = (float)code[i] * row->document->scales[row->ordinal];
    return stile_quantizer_cell(b->source->cells, b->vector, &row->cell, err);
}

static int by_key(const void *a, const void *b)
{
    const staged_row *x = a, *y = b;
    int c;

    if (x->document->collection != y->document->collection)
        return x->document->collection < y->document->collection ? -1 : 1;
    if (x->document->label != y->document->label)
        return x->document->label < y->document->label ? -1 : 1;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    c = stile_docref_cmp(&x->document->doc, &y->document->doc);
    return c ? c : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static stile_status stage(builder *b, stile_error *err)
{
    const stile_segment_source *s = b->source;
    size_t n = 0;
    stile_status st = STILE_OK;

    for (size_t d = 0; d < s->count; d++)
        b->row_count += s->documents[d]->chunks;
    b->rows = stile_alloc_array(b->row_count, sizeof *b->rows);
    b->documents = stile_alloc_array(s->count, sizeof *b->documents);
    b->vector = stile_alloc_array(s->kind.dim, sizeof *b->vector);
    b->list = stile_alloc_array(b->row_count, sizeof *b->list);
    if (!b->rows || !b->documents || !b->vector || !b->list)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (size_t d = 0; !st && d < s->count; d++) {
        st = stile_attributes_of(s->documents[d]->metadata, &b->arena, &b->documents[d].attributes,
                                 &b->documents[d].attribute_count, err);
        for (uint32_t i = 0; !st && i < s->documents[d]->chunks; i++) {
            b->rows[n] = (staged_row){s->documents[d], &b->documents[d], i, 0};
            st = cell_of(b, &b->rows[n++], err);
        }
    }
    if (!st)
        qsort(b->rows, n, sizeof *b->rows, by_key);
    return st;
}

static void add_row(builder *b, const staged_row *staged, stile_run *run)
{
    const stile_index_document *d = staged->document;
    const stile_terms *terms = &d->terms[staged->ordinal];
    stile_row row = {d->doc,       b->source->epoch, staged->ordinal,
                     staged->cell, terms->title_len, terms->body_len};
    uint32_t dim = b->source->kind.dim;

    stile_buf_add(&b->parts[STILE_SECTION_ROWS], &row, sizeof row);
    if (dim) {
        stile_buf_add(&b->parts[STILE_SECTION_SCALES], &d->scales[staged->ordinal], sizeof(float));
        stile_buf_add(&b->parts[STILE_SECTION_CODES], code_of(b, staged), dim);
    }
    run->rows++;
    run->title_words += terms->title_len;
    run->body_words += terms->body_len;
}

static stile_status make_room(builder *b, size_t count, stile_error *err)
{
    if (count <= b->room)
        return STILE_OK;
    stile_free(b->postings);
    stile_free(b->sorted);
    b->postings = stile_alloc_array(count, sizeof *b->postings);
    b->sorted = stile_alloc_array(count, sizeof *b->sorted);
    b->room = b->postings && b->sorted ? count : 0;
    return b->room ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
}

/* Stable, one byte of the hash at a time; the outcome is in b->postings. */
static void sort_by_hash(builder *b, size_t count)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t starts[256] = {0}, at = 0;
        staged_posting *swap = b->postings;
        for (size_t i = 0; i < count; i++)
            starts[b->postings[i].hash >> shift & 255]++;
        for (int v = 0; v < 256; v++) {
            size_t n = starts[v];
            starts[v] = at;
            at += n;
        }
        for (size_t i = 0; i < count; i++)
            b->sorted[starts[b->postings[i].hash >> shift & 255]++] = b->postings[i];
        b->postings = b->sorted;
        b->sorted = swap;
    }
}

static void add_postings(builder *b, size_t count, stile_run *run)
{
    stile_buf *out = &b->parts[STILE_SECTION_POSTINGS];
    const stile_row *rows =
        (const stile_row *)(const void *)b->parts[STILE_SECTION_ROWS].ptr + run->first_row;

    for (size_t i = 0; i < count;) {
        stile_term_entry term = {.hash = b->postings[i].hash};
        for (; i < count && b->postings[i].hash == term.hash; i++)
            b->list[term.count++] = b->postings[i].posting;
        term.at =
            (uint32_t)stile_postings_pack(b->list, term.count, rows, (size_t)run->postings_at, out);
        stile_buf_add(&b->parts[STILE_SECTION_TERMS], &term, sizeof term);
        run->terms++;
    }
    stile_postings_align(out);
}

static stile_status invert(builder *b, const staged_row *rows, stile_run *run, stile_error *err)
{
    size_t count = 0, n = 0;
    stile_status st;

    for (uint32_t r = 0; r < run->rows; r++)
        count += rows[r].document->terms[rows[r].ordinal].count;
    if (count > UINT32_MAX)
        return stile_fail(err, STILE_TOO_LARGE, "index: %zu postings in one step", count);
    if ((st = make_room(b, count, err)))
        return st;
    for (uint32_t r = 0; r < run->rows; r++) {
        const stile_terms *list = &rows[r].document->terms[rows[r].ordinal];
        for (uint32_t i = 0; i < list->count; i++)
            b->postings[n++] = (staged_posting){
                list->terms[i].hash, {r, list->terms[i].title_tf, list->terms[i].body_tf}};
    }
    sort_by_hash(b, count);
    if ((st = stile_buf_ok(&b->parts[STILE_SECTION_ROWS], err)))
        return st;
    add_postings(b, count, run);
    if (b->parts[STILE_SECTION_POSTINGS].len - run->postings_at > UINT32_MAX)
        return stile_fail(err, STILE_TOO_LARGE, "index: too many postings for one run");
    return STILE_OK;
}

static stile_status add_attributes(builder *b, const staged_row *rows, stile_run *run,
                                   stile_error *err)
{
    stile_row_attribute *pairs;
    size_t count = 0, n = 0;
    stile_status st;

    run->attributes_at = b->parts[STILE_SECTION_ATTRIBUTES].len;
    for (uint32_t r = 0; r < run->rows; r++)
        count += rows[r].staged->attribute_count;
    if (count == 0)
        return STILE_OK;
    if (!(pairs = stile_alloc_array(count, sizeof *pairs)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (uint32_t r = 0; r < run->rows; r++)
        for (size_t i = 0; i < rows[r].staged->attribute_count; i++)
            pairs[n++] = (stile_row_attribute){rows[r].staged->attributes[i], r};
    st = stile_attributes_write(pairs, n, &b->parts[STILE_SECTION_ATTRIBUTES], &run->attributes,
                                err);
    stile_free(pairs);
    return st;
}

/* The run that starts at rows[*at]; moves past it. */
static stile_status add_run(builder *b, size_t *at, stile_error *err)
{
    const staged_row *rows = b->rows + *at;
    stile_run run = {
        .collection = rows->document->collection,
        .label = rows->document->label,
        .first_row = (uint32_t)*at,
        .first_term = b->parts[STILE_SECTION_TERMS].len / sizeof(stile_term_entry),
        .postings_at = b->parts[STILE_SECTION_POSTINGS].len,
    };
    stile_status st;

    for (; *at < b->row_count && b->rows[*at].document->collection == run.collection &&
           b->rows[*at].document->label == run.label;
         (*at)++)
        add_row(b, &b->rows[*at], &run);
    if ((st = invert(b, rows, &run, err)) || (st = add_attributes(b, rows, &run, err)))
        return st;
    stile_buf_add(&b->parts[STILE_SECTION_RUNS], &run, sizeof run);
    return STILE_OK;
}

stile_status stile_segment_build(const stile_segment_source *source, stile_segment **out,
                                 stile_error *err)
{
    builder b = {.source = source};
    size_t at = 0;
    stile_status st;

    for (int i = 0; i < STILE_SECTIONS; i++)
        stile_buf_init(&b.parts[i], SIZE_MAX / 4);
    stile_arena_init(&b.arena, 0);
    st = stage(&b, err);
    if (!st && b.row_count > STILE_SEGMENT_ROWS_MAX)
        st = stile_fail(err, STILE_TOO_LARGE, "index: %zu rows in one step", b.row_count);
    while (!st && at < b.row_count)
        st = add_run(&b, &at, err);
    if (!st)
        st = stile_segment_assemble(&source->kind, b.parts, out, err);
    for (int i = 0; i < STILE_SECTIONS; i++)
        stile_buf_release(&b.parts[i]);
    stile_free(b.postings);
    stile_free(b.sorted);
    stile_free(b.list);
    stile_free(b.vector);
    stile_free(b.rows);
    stile_free(b.documents);
    stile_arena_release(&b.arena);
    return st;
}
