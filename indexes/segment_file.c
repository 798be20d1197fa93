/* SPDX-License-Identifier: Apache-2.0 */
/* Segment files: docs/formats/index.md, "Segment". Every offset follows from the counts in the
 * header, so there are none to check; checksums find damage, and validation finds a file that
 * was made to hurt. */
#include <inttypes.h>

#include "base/memory.h"
#include "indexes/code.h"
#include "indexes/segment.h"

#define MAGIC "STILESEG"
#define VERSION 4
#define HEADER_LEN 176
#define ALIGNMENT 64

typedef struct segment_header {
    char magic[8];
    uint32_t version, dim;
    unsigned char embedder[STILE_SHA256_LEN];
    uint32_t run_count, row_count;
    uint64_t term_count, postings_len, attributes_len;
    uint64_t epoch_low, epoch_high;
    uint64_t sums[STILE_SECTIONS];
    uint64_t header_sum; /* of all bytes before it */
} segment_header;

_Static_assert(sizeof(segment_header) == HEADER_LEN, "the header has padding");

static uint64_t header_sum(const segment_header *h)
{
    return stile_hash64(stile_slice_of(h, offsetof(segment_header, header_sum)));
}

/* Offset and length of each section, and the file's length; false when they overflow. */
static bool lay_out(const segment_header *h, size_t at[STILE_SECTIONS], size_t len[STILE_SECTIONS],
                    size_t *total)
{
    const size_t vectors = h->dim ? h->row_count : 0;
    size_t next = HEADER_LEN;
    bool fits = stile_size_mul(vectors, h->dim, &len[STILE_SECTION_CODES]) &&
                stile_size_mul(vectors, stile_code_sign_words(h->dim) * sizeof(uint64_t),
                               &len[STILE_SECTION_SIGNS]) &&
                stile_size_mul(h->term_count, sizeof(stile_term_entry), &len[STILE_SECTION_TERMS]);

    len[STILE_SECTION_POSTINGS] = h->postings_len;
    len[STILE_SECTION_ATTRIBUTES] = h->attributes_len;
    len[STILE_SECTION_RUNS] = h->run_count * sizeof(stile_run);
    len[STILE_SECTION_ROWS] = h->row_count * sizeof(stile_row);
    len[STILE_SECTION_SCALES] = vectors * sizeof(float);
    len[STILE_SECTION_BY_ID] = h->row_count * sizeof(uint32_t);
    for (int i = 0; fits && i < STILE_SECTIONS; i++) {
        fits = stile_size_add(next, ALIGNMENT - 1, &next);
        at[i] = next -= next % ALIGNMENT;
        fits = fits && stile_size_add(next, len[i], &next);
    }
    *total = next;
    return fits;
}

static void fill_header(const stile_segment *s, segment_header *h)
{
    memcpy(h->magic, MAGIC, sizeof h->magic);
    h->version = VERSION;
    h->dim = s->kind.dim;
    memcpy(h->embedder, s->kind.embedder.bytes, sizeof h->embedder);
    h->run_count = s->run_count;
    h->row_count = s->row_count;
    h->term_count = s->term_count;
    h->postings_len = s->postings_len;
    h->attributes_len = s->attributes_len;
    h->epoch_low = s->epoch_low;
    h->epoch_high = s->epoch_high;
    for (int i = 0; i < STILE_SECTIONS; i++)
        h->sums[i] = stile_hash64(stile_buf_slice(&s->parts[i]));
    h->header_sum = header_sum(h);
}

stile_status stile_segment_write(const stile_segment *segment, const char *path, stile_error *err)
{
    static const char zeros[ALIGNMENT];
    segment_header h = {0};
    stile_slice pieces[1 + 2 * STILE_SECTIONS];
    size_t at[STILE_SECTIONS], len[STILE_SECTIONS], total, end = HEADER_LEN, n = 0;

    fill_header(segment, &h);
    if (!lay_out(&h, at, len, &total))
        return stile_fail(err, STILE_TOO_LARGE, "%s: too large for a file", path);
    pieces[n++] = stile_slice_of(&h, sizeof h);
    for (int i = 0; i < STILE_SECTIONS; i++) {
        pieces[n++] = stile_slice_of(zeros, at[i] - end);
        pieces[n++] = stile_buf_slice(&segment->parts[i]);
        end = at[i] + len[i];
    }
    return stile_file_replace_pieces(path, pieces, n, 0600, err);
}

static stile_status check_header(const segment_header *h, const stile_segment_kind *kind,
                                 stile_error *err)
{
    if (memcmp(h->magic, MAGIC, sizeof h->magic) != 0)
        return stile_fail(err, STILE_CORRUPT, "segment: not a segment");
    if (h->header_sum != header_sum(h))
        return stile_fail(err, STILE_CORRUPT, "segment: the header is damaged");
    if (h->version != VERSION)
        return stile_fail(err, STILE_CORRUPT, "segment: version %" PRIu32, h->version);
    if (h->dim != kind->dim || memcmp(h->embedder, kind->embedder.bytes, STILE_SHA256_LEN) != 0)
        return stile_fail(err, STILE_CORRUPT, "segment: of another embedder");
    if (h->row_count == 0 || h->row_count > STILE_SEGMENT_ROWS_MAX)
        return stile_fail(err, STILE_CORRUPT, "segment: %" PRIu32 " rows", h->row_count);
    return STILE_OK;
}

static void point_at_file(stile_segment *s, const char *base, const size_t at[STILE_SECTIONS])
{
    const void *section[STILE_SECTIONS];

    for (int i = 0; i < STILE_SECTIONS; i++)
        section[i] = base + at[i];
    s->runs = section[STILE_SECTION_RUNS];
    s->rows = section[STILE_SECTION_ROWS];
    s->scales = section[STILE_SECTION_SCALES];
    s->by_id = section[STILE_SECTION_BY_ID];
    s->codes = section[STILE_SECTION_CODES];
    s->terms = section[STILE_SECTION_TERMS];
    s->postings = section[STILE_SECTION_POSTINGS];
    s->attributes = section[STILE_SECTION_ATTRIBUTES];
    s->signs = section[STILE_SECTION_SIGNS];
}

static stile_segment *segment_of(const segment_header *h, const stile_segment_kind *kind)
{
    stile_segment *s = stile_alloc(sizeof *s);

    if (!s)
        return NULL;
    atomic_init(&s->refs, 1);
    s->kind = *kind;
    s->run_count = h->run_count;
    s->row_count = h->row_count;
    s->term_count = h->term_count;
    s->postings_len = h->postings_len;
    s->attributes_len = h->attributes_len;
    s->epoch_low = h->epoch_low;
    s->epoch_high = h->epoch_high;
    s->file_sum = h->header_sum;
    return s;
}

static bool epochs_hold(const stile_segment *s)
{
    for (uint32_t i = 0; i < s->row_count; i++)
        if (s->rows[i].epoch < s->epoch_low || s->rows[i].epoch > s->epoch_high)
            return false;
    return true;
}

stile_status stile_segment_read(stile_slice bytes, const stile_segment_kind *kind,
                                stile_segment **out, stile_error *err)
{
    segment_header h;
    size_t at[STILE_SECTIONS], len[STILE_SECTIONS], total;
    const char *why = NULL;
    stile_segment *s;
    stile_status st;

    if (bytes.len < sizeof h)
        return stile_fail(err, STILE_CORRUPT, "segment: %zu bytes", bytes.len);
    memcpy(&h, bytes.ptr, sizeof h);
    if ((st = check_header(&h, kind, err)))
        return st;
    if (!lay_out(&h, at, len, &total) || total != bytes.len)
        return stile_fail(err, STILE_CORRUPT, "segment: %zu bytes do not fit the header",
                          bytes.len);
    for (int i = 0; i < STILE_SECTIONS; i++)
        if (stile_hash64(stile_slice_cut(bytes, at[i], at[i] + len[i])) != h.sums[i])
            return stile_fail(err, STILE_CORRUPT, "segment: section %d is damaged", i);
    if (!(s = segment_of(&h, kind)))
        return stile_fail(err, STILE_NO_MEMORY, "segment: out of memory");
    point_at_file(s, bytes.ptr, at);
    s->file_len = bytes.len;
    if (!stile_segment_validate(s, &why) || (why = "epochs out of bounds", !epochs_hold(s))) {
        st = stile_fail(err, STILE_CORRUPT, "segment: %s", why);
        stile_segment_unref(s);
        return st;
    }
    *out = s;
    return STILE_OK;
}

stile_status stile_segment_open(const char *path, uint64_t file, const stile_segment_kind *kind,
                                stile_segment **out, stile_error *err)
{
    stile_map map = {0};
    stile_segment *s = NULL;
    stile_status st = stile_map_open(path, &map, err);

    if (st)
        return st;
    if ((st = stile_segment_read(stile_slice_of(map.ptr, map.len), kind, &s, err))) {
        stile_map_close(&map);
        return stile_fail_in(err, st, "%s", path);
    }
    s->map = map;
    s->file = file;
    *out = s;
    return STILE_OK;
}
