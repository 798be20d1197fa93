/* SPDX-License-Identifier: Apache-2.0 */
/* Merging: the live rows of several segments into one, run by run. Rows keep their order within
 * each input, so a run's rows, its terms and each term's postings are all merges of ascending
 * lists. Only postings are unpacked, and packed again for their new rows. */
#include <stdlib.h>

#include "base/memory.h"
#include "indexes/segment.h"

#define DEAD UINT32_MAX

/* One input's part in the run at hand. */
typedef struct source {
    const stile_segment_input *input;
    const stile_run *run; /* NULL when it has none */
    uint32_t next_run;
    uint32_t at;   /* next row, then next term */
    uint32_t *map; /* from its row to the merged run's row, or DEAD */
    size_t map_room;
} source;

typedef struct merger {
    source *sources;
    size_t count;
    stile_segment_kind kind;
    uint32_t rows;       /* written so far */
    stile_posting *list; /* of one term; `room` */
    size_t room;
    stile_buf parts[STILE_SECTIONS];
} merger;

/* The least (collection, label) that comes next in any input; false at the end. */
static bool next_key(const merger *m, uint32_t *collection, uint32_t *label)
{
    bool any = false;

    for (size_t i = 0; i < m->count; i++) {
        const stile_segment *s = m->sources[i].input->segment;
        const stile_run *run = s->runs + m->sources[i].next_run;
        if (m->sources[i].next_run == s->run_count)
            continue;
        if (!any || run->collection < *collection ||
            (run->collection == *collection && run->label < *label)) {
            *collection = run->collection;
            *label = run->label;
            any = true;
        }
    }
    return any;
}

/* Point each source at its run of this key, every row dead until it is placed. */
static stile_status take_runs(merger *m, uint32_t collection, uint32_t label, stile_error *err)
{
    for (size_t i = 0; i < m->count; i++) {
        source *s = &m->sources[i];
        const stile_run *run = s->input->segment->runs + s->next_run;
        s->run = NULL;
        s->at = 0;
        if (s->next_run == s->input->segment->run_count || run->collection != collection ||
            run->label != label)
            continue;
        s->run = run;
        s->next_run++;
        if (run->rows > s->map_room) {
            stile_free(s->map);
            s->map = stile_alloc_array(run->rows, sizeof *s->map);
            s->map_room = s->map ? run->rows : 0;
            if (!s->map)
                return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
        }
        memset(s->map, 0xff, run->rows * sizeof *s->map);
    }
    return STILE_OK;
}

static const stile_row *row_at(const source *s)
{
    return s->input->segment->rows + s->run->first_row + s->at;
}

/* The source whose next live row comes first; NULL when no row is left. */
static source *least_row(merger *m)
{
    source *least = NULL;

    for (size_t i = 0; i < m->count; i++) {
        source *s = &m->sources[i];
        if (!s->run)
            continue;
        while (s->at < s->run->rows &&
               stile_tombstones_has(s->input->dead, s->run->first_row + s->at))
            s->at++;
        if (s->at < s->run->rows && (!least || stile_row_cmp(row_at(s), row_at(least)) < 0))
            least = s;
    }
    return least;
}

static void merge_rows(merger *m, stile_run *run)
{
    source *s;

    for (; (s = least_row(m)); s->at++) {
        const stile_segment *from = s->input->segment;
        const stile_row *row = row_at(s);
        size_t number = s->run->first_row + s->at;
        stile_buf_add(&m->parts[STILE_SECTION_ROWS], row, sizeof *row);
        if (m->kind.dim) {
            stile_buf_add(&m->parts[STILE_SECTION_SCALES], from->scales + number, sizeof(float));
            stile_buf_add(&m->parts[STILE_SECTION_CODES], from->codes + number * m->kind.dim,
                          m->kind.dim);
        }
        s->map[s->at] = run->rows++;
        run->title_words += row->title_len;
        run->body_words += row->body_len;
    }
}

static const stile_term_entry *term_at(const source *s)
{
    return s->run && s->at < s->run->terms ? s->input->segment->terms + s->run->first_term + s->at
                                           : NULL;
}

static bool next_hash(const merger *m, uint64_t *hash)
{
    bool any = false;

    for (size_t i = 0; i < m->count; i++) {
        const stile_term_entry *term = term_at(&m->sources[i]);
        if (term && (!any || term->hash < *hash)) {
            *hash = term->hash;
            any = true;
        }
    }
    return any;
}

/* The term's postings of live rows to m->list[count], which has room; the new count. */
static uint32_t append_live(merger *m, const source *s, const stile_term_entry *term,
                            uint32_t count)
{
    stile_posting_list list = stile_segment_postings(s->input->segment, s->run, term);
    stile_posting *p = m->list + count;

    stile_posting_list_unpack(&list, p);
    for (uint32_t i = 0; i < term->count; i++) {
        uint32_t row = s->map[p[i].row];
        if (row == DEAD)
            continue;
        m->list[count] = p[i];
        m->list[count++].row = row;
    }
    return count;
}

static int by_row(const void *a, const void *b)
{
    const stile_posting *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* Postings of several inputs may interleave; mostly they do not. */
static void order_by_row(stile_posting *p, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (p[i].row < p[i - 1].row) {
            qsort(p, count, sizeof *p, by_row);
            return;
        }
}

static void merge_term(merger *m, uint64_t hash, stile_run *run)
{
    stile_term_entry entry = {.hash = hash};

    for (size_t i = 0; i < m->count; i++) {
        const stile_term_entry *term = term_at(&m->sources[i]);
        if (term && term->hash == hash) {
            entry.count = append_live(m, &m->sources[i], term, entry.count);
            m->sources[i].at++;
        }
    }
    if (entry.count == 0)
        return;
    order_by_row(m->list, entry.count);
    entry.at = (uint32_t)stile_postings_pack(
        m->list, entry.count,
        (const stile_row *)(const void *)m->parts[STILE_SECTION_ROWS].ptr + run->first_row,
        (size_t)run->postings_at, &m->parts[STILE_SECTION_POSTINGS]);
    stile_buf_add(&m->parts[STILE_SECTION_TERMS], &entry, sizeof entry);
    run->terms++;
}

/* Every attribute of a live row, at the row's new number. */
static size_t collect_attributes(const source *s, stile_row_attribute *out)
{
    const stile_segment *from = s->input->segment;
    stile_attribute_block block;
    size_t n = 0;

    if (!s->run)
        return 0;
    block = stile_attributes_at(from->attributes + s->run->attributes_at, s->run->attributes);
    for (uint32_t i = 0; i < block.entry_count; i++) {
        const stile_attribute_entry *e = &block.entries[i];
        for (uint32_t r = e->first; r < e->first + e->count; r++) {
            uint32_t row = s->map[block.rows[r]];
            if (row == DEAD)
                continue;
            if (out)
                out[n] = (stile_row_attribute){stile_attribute_of_entry(&block, i), row};
            n++;
        }
    }
    return n;
}

static stile_status merge_attributes(merger *m, stile_run *run, stile_error *err)
{
    stile_row_attribute *pairs;
    size_t count = 0, n = 0;
    stile_status st;

    run->attributes_at = m->parts[STILE_SECTION_ATTRIBUTES].len;
    for (size_t i = 0; i < m->count; i++)
        count += collect_attributes(&m->sources[i], NULL);
    if (count == 0)
        return STILE_OK;
    if (!(pairs = stile_alloc_array(count, sizeof *pairs)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (size_t i = 0; i < m->count; i++)
        n += collect_attributes(&m->sources[i], pairs + n);
    st = stile_attributes_write(pairs, n, &m->parts[STILE_SECTION_ATTRIBUTES], &run->attributes,
                                err);
    stile_free(pairs);
    return st;
}

/* For the postings of a term that every row of the run at hand holds, dead ones too. */
static stile_status make_room(merger *m, stile_error *err)
{
    size_t rows = 0;

    for (size_t i = 0; i < m->count; i++)
        rows += m->sources[i].run ? m->sources[i].run->rows : 0;
    if (rows <= m->room)
        return STILE_OK;
    stile_free(m->list);
    m->list = stile_alloc_array(rows, sizeof *m->list);
    m->room = m->list ? rows : 0;
    return m->list ? STILE_OK : stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
}

static stile_status merge_run(merger *m, uint32_t collection, uint32_t label, stile_error *err)
{
    stile_run run = {
        .collection = collection,
        .label = label,
        .first_row = m->rows,
        .first_term = m->parts[STILE_SECTION_TERMS].len / sizeof(stile_term_entry),
        .postings_at = m->parts[STILE_SECTION_POSTINGS].len,
    };
    uint64_t hash = 0;
    stile_status st = take_runs(m, collection, label, err);

    if (st)
        return st;
    merge_rows(m, &run);
    if (run.rows == 0)
        return STILE_OK;
    for (size_t i = 0; i < m->count; i++)
        m->sources[i].at = 0;
    if ((st = stile_buf_ok(&m->parts[STILE_SECTION_ROWS], err)) || (st = make_room(m, err)))
        return st;
    while (next_hash(m, &hash))
        merge_term(m, hash, &run);
    stile_postings_align(&m->parts[STILE_SECTION_POSTINGS]);
    if (m->parts[STILE_SECTION_POSTINGS].len - run.postings_at > UINT32_MAX)
        return stile_fail(err, STILE_TOO_LARGE, "index: too many postings for one run");
    if ((st = merge_attributes(m, &run, err)))
        return st;
    m->rows += run.rows;
    stile_buf_add(&m->parts[STILE_SECTION_RUNS], &run, sizeof run);
    return STILE_OK;
}

stile_status stile_segment_merge(const stile_segment_input *inputs, size_t count,
                                 stile_segment **out, stile_error *err)
{
    merger m = {.count = count, .kind = inputs[0].segment->kind};
    uint32_t collection = 0, label = 0;
    stile_status st = STILE_OK;

    if (!(m.sources = stile_alloc_array(count, sizeof *m.sources)))
        return stile_fail(err, STILE_NO_MEMORY, "index: out of memory");
    for (size_t i = 0; i < count; i++)
        m.sources[i].input = &inputs[i];
    for (int i = 0; i < STILE_SECTIONS; i++)
        stile_buf_init(&m.parts[i], SIZE_MAX / 4);
    while (!st && next_key(&m, &collection, &label))
        st = merge_run(&m, collection, label, err);
    if (!st)
        st = stile_segment_assemble(&m.kind, m.parts, out, err);
    for (int i = 0; i < STILE_SECTIONS; i++)
        stile_buf_release(&m.parts[i]);
    for (size_t i = 0; i < count; i++)
        stile_free(m.sources[i].map);
    stile_free(m.sources);
    stile_free(m.list);
    return st;
}
