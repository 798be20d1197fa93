/* SPDX-License-Identifier: Apache-2.0 */
#include "plane/chunk_scan.h"

#include "base/utf8.h"

static stile_slice tail_of(stile_slice s)
{
    size_t start = s.len > STILE_NEIGHBOUR ? s.len - STILE_NEIGHBOUR : 0;
    while (start < s.len && ((unsigned char)s.ptr[start] & 0xc0) == 0x80)
        start++;
    return s.len ? stile_slice_cut(s, start, s.len) : s;
}

static stile_slice head_of(stile_slice s)
{
    return s.len ? stile_slice_cut(s, 0, stile_utf8_floor(s, STILE_NEIGHBOUR)) : s;
}

static stile_slice source_of(const stile_chunk_place *place)
{
    size_t start = place->previous_end;
    size_t end = place->last ? place->original.len : place->orig_end;

    if (place->document->format == STILE_FORMAT_TEXT || end > place->original.len || start > end)
        return (stile_slice){0};
    return stile_slice_cut(place->original, start, end);
}

void stile_chunk_scan_input(const stile_chunk_place *place, stile_scan_input *out)
{
    const stile_document *document = place->document;

    *out = (stile_scan_input){.format = document->format, .trust = document->trust};
    out->field[STILE_FIELD_TEXT] = place->text;
    out->field[STILE_FIELD_TITLE] = document->title;
    out->field[STILE_FIELD_URL] = document->url;
    out->field[STILE_FIELD_HEADING] = place->heading;
    out->field[STILE_FIELD_METADATA] = document->metadata;
    out->field[STILE_FIELD_SOURCE] = source_of(place);
    out->field[STILE_FIELD_BEFORE] = tail_of(place->before);
    out->field[STILE_FIELD_AFTER] = head_of(place->after);
}

stile_status stile_scan_input_digest(const stile_scan_input *input, stile_sha256 *out,
                                     stile_error *err)
{
    stile_slice parts[STILE_FIELD_COUNT + 1];
    unsigned char kind[2] = {(unsigned char)input->format, (unsigned char)input->trust};

    memcpy(parts, input->field, sizeof input->field);
    parts[STILE_FIELD_COUNT] = stile_slice_of(kind, sizeof kind);
    return stile_sha256_parts(parts, STILE_FIELD_COUNT + 1, out, err);
}

stile_status stile_chunk_verdict_key(stile_slice label, const stile_sha256 *input,
                                     const stile_sha256 *scan_version, stile_sha256 *out,
                                     stile_error *err)
{
    const stile_slice parts[] = {
        stile_str("stile.verdict"),
        label,
        stile_slice_of(input->bytes, sizeof input->bytes),
        stile_slice_of(scan_version->bytes, sizeof scan_version->bytes),
    };
    return stile_sha256_parts(parts, 4, out, err);
}
