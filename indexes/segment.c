/* SPDX-License-Identifier: Apache-2.0 */
/* Segments in memory: assembling, finding, validating. */
#include "indexes/segment.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "indexes/code.h"
#include "stile/limits.h"

stile_segment *stile_segment_ref(stile_segment *segment)
{
    atomic_fetch_add(&segment->refs, 1);
    return segment;
}

void stile_segment_unref(stile_segment *segment)
{
    if (!segment || atomic_fetch_sub(&segment->refs, 1) != 1)
        return;
    for (int i = 0; i < STILE_SECTIONS; i++)
        stile_buf_release(&segment->parts[i]);
    stile_map_close(&segment->map);
    stile_free(segment);
}

static int by_identity(const void *a, const void *b)
{
    const stile_row *x = *(const stile_row *const *)a, *y = *(const stile_row *const *)b;
    int c = stile_docref_cmp(&x->doc, &y->doc);
    return c ? c : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* Fill parts[BY_ID] from parts[ROWS]. */
static stile_status sort_by_id(stile_buf *parts, uint32_t rows, stile_error *err)
{
    const stile_row *row = (const stile_row *)(void *)parts[STILE_SECTION_ROWS].ptr;
    const stile_row **sorted = stile_alloc_array(rows, sizeof *sorted);
    uint32_t *by_id;

    stile_buf_reset(&parts[STILE_SECTION_BY_ID]);
    by_id = (uint32_t *)(void *)stile_buf_extend(&parts[STILE_SECTION_BY_ID], rows * sizeof *by_id);
    if (!sorted || !by_id) {
        stile_free(sorted);
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    }
    for (uint32_t i = 0; i < rows; i++)
        sorted[i] = row + i;
    qsort(sorted, rows, sizeof *sorted, by_identity);
    for (uint32_t i = 0; i < rows; i++)
        by_id[i] = (uint32_t)(sorted[i] - row);
    stile_free(sorted);
    return STILE_OK;
}

/* Fill parts[SIGNS] from parts[CODES]. */
static stile_status sign_codes(stile_buf *parts, uint32_t rows, size_t dim, stile_error *err)
{
    const int8_t *codes = (const int8_t *)(const void *)parts[STILE_SECTION_CODES].ptr;
    size_t words = stile_code_sign_words(dim);
    uint64_t *signs;

    stile_buf_reset(&parts[STILE_SECTION_SIGNS]);
    if (rows == 0 || words == 0)
        return STILE_OK;
    signs = (uint64_t *)(void *)stile_buf_extend(&parts[STILE_SECTION_SIGNS],
                                                 rows * words * sizeof *signs);
    if (!signs)
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (uint32_t i = 0; i < rows; i++)
        stile_code_sign(codes + i * dim, dim, signs + i * words);
    return STILE_OK;
}

static void point_at_parts(stile_segment *s)
{
    const void *at[STILE_SECTIONS];

    for (int i = 0; i < STILE_SECTIONS; i++)
        at[i] = s->parts[i].ptr;
    s->runs = at[STILE_SECTION_RUNS];
    s->rows = at[STILE_SECTION_ROWS];
    s->scales = at[STILE_SECTION_SCALES];
    s->by_id = at[STILE_SECTION_BY_ID];
    s->codes = at[STILE_SECTION_CODES];
    s->terms = at[STILE_SECTION_TERMS];
    s->postings = at[STILE_SECTION_POSTINGS];
    s->attributes = at[STILE_SECTION_ATTRIBUTES];
    s->signs = at[STILE_SECTION_SIGNS];
    s->attributes_len = s->parts[STILE_SECTION_ATTRIBUTES].len;
    s->run_count = (uint32_t)(s->parts[STILE_SECTION_RUNS].len / sizeof *s->runs);
    s->row_count = (uint32_t)(s->parts[STILE_SECTION_ROWS].len / sizeof *s->rows);
    s->term_count = s->parts[STILE_SECTION_TERMS].len / sizeof *s->terms;
    s->postings_len = s->parts[STILE_SECTION_POSTINGS].len;
}

stile_status stile_segment_assemble(const stile_segment_kind *kind, stile_buf *parts,
                                    stile_segment **out, stile_error *err)
{
    static const char pad[STILE_POSTINGS_PAD];
    stile_segment *s;
    size_t rows = parts[STILE_SECTION_ROWS].len / sizeof *s->rows;
    stile_status st = STILE_OK;

    stile_buf_add(&parts[STILE_SECTION_POSTINGS], pad, sizeof pad);
    for (int i = 0; !st && i < STILE_SECTIONS; i++)
        st = stile_buf_ok(&parts[i], err);
    if (!st && rows > STILE_SEGMENT_ROWS_MAX)
        st = stile_fail(err, STILE_TOO_LARGE, "index: %zu rows for one segment", rows);
    if (st || (st = sort_by_id(parts, (uint32_t)rows, err)) ||
        (st = sign_codes(parts, (uint32_t)rows, kind->dim, err)))
        return st;
    if (!(s = stile_alloc(sizeof *s)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    atomic_init(&s->refs, 1);
    s->kind = *kind;
    for (int i = 0; i < STILE_SECTIONS; i++) {
        s->parts[i] = parts[i];
        stile_buf_init(&parts[i], parts[i].cap);
    }
    point_at_parts(s);
    s->epoch_low = UINT64_MAX;
    for (uint32_t i = 0; i < s->row_count; i++) {
        if (s->rows[i].epoch < s->epoch_low)
            s->epoch_low = s->rows[i].epoch;
        if (s->rows[i].epoch > s->epoch_high)
            s->epoch_high = s->rows[i].epoch;
    }
    *out = s;
    return STILE_OK;
}

static bool run_before(const stile_run *run, uint32_t collection, uint32_t label)
{
    return run->collection < collection || (run->collection == collection && run->label < label);
}

uint32_t stile_segment_seek(const stile_segment *segment, uint32_t from, uint32_t collection,
                            uint32_t label)
{
    uint32_t low = from, high = segment->run_count, step = 1;

    while (low < high && high - low > step &&
           run_before(&segment->runs[low + step - 1], collection, label)) {
        low += step;
        step *= 2;
    }
    if (high - low > step)
        high = low + step;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (run_before(&segment->runs[mid], collection, label))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void stile_segment_find(const stile_segment *segment, const stile_docref *doc, uint32_t *first,
                        uint32_t *end)
{
    uint32_t low = 0, high = segment->row_count;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (stile_docref_cmp(&segment->rows[segment->by_id[mid]].doc, doc) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *first = low;
    while (low < segment->row_count &&
           stile_docref_cmp(&segment->rows[segment->by_id[low]].doc, doc) == 0)
        low++;
    *end = low;
}

const stile_term_entry *stile_segment_term(const stile_segment *segment, const stile_run *run,
                                           uint64_t hash)
{
    const stile_term_entry *terms = segment->terms + run->first_term;
    uint32_t low = 0, high = run->terms;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (terms[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low < run->terms && terms[low].hash == hash ? &terms[low] : NULL;
}

stile_posting_list stile_segment_postings(const stile_segment *segment, const stile_run *run,
                                          const stile_term_entry *term)
{
    if (!term)
        return (stile_posting_list){0};
    return stile_posting_list_at(segment->postings + run->postings_at + term->at, term->count);
}

int stile_row_cmp(const stile_row *a, const stile_row *b)
{
    int c;

    if (a->cell != b->cell)
        return a->cell < b->cell ? -1 : 1;
    c = stile_docref_cmp(&a->doc, &b->doc);
    return c ? c : (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

/* The run's terms share out the bytes from run->postings_at to *end in order. */
static bool valid_terms(const stile_segment *s, const stile_run *run, uint64_t *end)
{
    const stile_term_entry *terms = s->terms + run->first_term;
    stile_slice bytes = stile_slice_of(s->postings + run->postings_at,
                                       s->postings_len - STILE_POSTINGS_PAD - run->postings_at);
    size_t at = 0;

    for (uint32_t i = 0; i < run->terms; i++) {
        if (terms[i].count > STILE_POSTING_BLOCK)
            at += -at % STILE_POSTINGS_ALIGNMENT;
        if (terms[i].at != at || (i > 0 && terms[i].hash <= terms[i - 1].hash) ||
            !stile_postings_valid(bytes, at, terms[i].count, s->rows + run->first_row, run->rows,
                                  &at))
            return false;
    }
    at += -at % STILE_POSTINGS_ALIGNMENT;
    *end = run->postings_at + at;
    return at <= bytes.len;
}

static bool valid_rows(const stile_segment *s, const stile_run *run)
{
    const stile_row *rows = s->rows + run->first_row;
    uint64_t title = 0, body = 0;

    for (uint32_t i = 0; i < run->rows; i++) {
        if (i > 0 && stile_row_cmp(&rows[i - 1], &rows[i]) >= 0)
            return false;
        if (s->kind.dim &&
            !(isfinite(s->scales[run->first_row + i]) && s->scales[run->first_row + i] >= 0))
            return false;
        title += rows[i].title_len;
        body += rows[i].body_len;
    }
    return run->rows > 0 && title == run->title_words && body == run->body_words;
}

/* The run's block begins at `*at`, which moves past it. */
static bool valid_attributes(const stile_segment *s, const stile_run *run, uint64_t *at)
{
    const char *from = s->attributes_len ? s->attributes + *at : NULL;
    size_t len;

    if (run->attributes_at != *at ||
        !stile_attributes_valid(stile_slice_of(from, s->attributes_len - *at), run->attributes,
                                run->rows, &len))
        return false;
    *at += len;
    return true;
}

static bool valid_by_id(const stile_segment *s)
{
    for (uint32_t i = 0; i < s->row_count; i++) {
        const stile_row *previous, *row;
        if (s->by_id[i] >= s->row_count)
            return false;
        if (i == 0)
            continue;
        previous = s->rows + s->by_id[i - 1];
        row = s->rows + s->by_id[i];
        if (by_identity(&previous, &row) >= 0)
            return false;
    }
    return true;
}

static bool valid_signs(const stile_segment *s)
{
    const size_t dim = s->kind.dim, words = stile_code_sign_words(dim);
    uint64_t sign[STILE_MAX_DIM / 64];

    for (uint32_t i = 0; words && i < s->row_count; i++) {
        stile_code_sign(s->codes + i * dim, dim, sign);
        if (memcmp(sign, s->signs + i * words, words * sizeof *sign) != 0)
            return false;
    }
    return true;
}

bool stile_segment_validate(const stile_segment *s, const char **why)
{
    uint64_t row = 0, term = 0, postings = 0, attributes = 0;

    *why = "no zeros after the postings";
    if (s->postings_len < STILE_POSTINGS_PAD)
        return false;
    for (uint32_t i = 0; i < s->run_count; i++) {
        const stile_run *run = &s->runs[i];
        *why = "runs out of order or out of bounds";
        if ((i > 0 && !run_before(run - 1, run->collection, run->label)) || run->first_row != row ||
            run->rows > s->row_count - row || run->first_term != term ||
            run->terms > s->term_count - term || run->postings_at != postings)
            return false;
        *why = "rows out of order, or their sums are wrong";
        if (!valid_rows(s, run))
            return false;
        *why = "terms or postings out of order or out of bounds";
        if (!valid_terms(s, run, &postings))
            return false;
        *why = "attributes out of order or out of bounds";
        if (!valid_attributes(s, run, &attributes))
            return false;
        row += run->rows;
        term += run->terms;
    }
    *why = "rows, terms, postings or attributes of no run";
    if (row != s->row_count || term != s->term_count ||
        postings != s->postings_len - STILE_POSTINGS_PAD || attributes != s->attributes_len)
        return false;
    *why = "the order by document is wrong";
    if (!valid_by_id(s))
        return false;
    *why = "signs that are not of the codes";
    return valid_signs(s);
}
