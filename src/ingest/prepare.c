/* SPDX-License-Identifier: Apache-2.0 */
/* The stages that turn one document's bytes into one write. Each stage is a function of the job
 * alone, so documents are prepared side by side. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "indexes/code.h"
#include "ingest/job.h"
#include "plane/chunk_scan.h"

static stile_status check_text(stile_slice s, const char *what, size_t most, bool one_line,
                               stile_error *err)
{
    if (s.len > most)
        return stile_fail(err, STILE_TOO_LARGE, "%s: %zu bytes, at most %zu", what, s.len, most);
    if (stile_utf8_valid(s) != s.len)
        return stile_fail(err, STILE_INVALID, "%s: not UTF-8 at byte %zu", what,
                          stile_utf8_valid(s));
    for (size_t i = 0; one_line && i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
            return stile_fail(err, STILE_INVALID, "%s: control character at byte %zu", what, i);
    return STILE_OK;
}

static stile_status stage_label(stile_ingest_job *job, stile_error *err)
{
    const stile_ingest_item *item = job->item;
    stile_status st;

    if (item->id.len == 0)
        return stile_fail(err, STILE_INVALID, "a document needs an id");
    if ((st = check_text(item->id, "id", STILE_MAX_DOCUMENT_ID, true, err)) ||
        (st = check_text(item->title, "title", STILE_MAX_TITLE, false, err)) ||
        (st = check_text(item->url, "url", STILE_MAX_URL, true, err)) ||
        (st = check_text(item->metadata, "metadata", STILE_MAX_METADATA, false, err)))
        return st;
    if (item->label.len == 0)
        return stile_fail(err, STILE_INVALID,
                          "the document has no label: give one with --label or in its \"label\" "
                          "member; nothing defaults to public");
    if ((st = stile_label_parse(stile_plane_levels(job->plane), item->label, &job->label, err)) ||
        (st = stile_caller_may_write(job->caller, job->plane, job->collection, job->label, err)))
        return st;
    if (item->trust > job->collection->trust)
        st = stile_caller_need(job->caller, STILE_SCOPE_TRUST, err);
    return st;
}

/* All that decides a document's chunks, rows and verdict inputs. */
static stile_status fingerprint(const stile_ingest_job *job, stile_sha256 *out, stile_error *err)
{
    const stile_ingest_item *item = job->item;
    const char *language = stile_plane_config(job->plane)->index.language;
    unsigned char versions[] = {(unsigned char)item->format, (unsigned char)item->trust,
                                STILE_CHUNKER_VERSION, STILE_ANALYZER_VERSION};
    const stile_slice parts[] = {
        stile_slice_of(versions, sizeof versions),
        stile_str(language),
        stile_slice_of(stile_embedder_hash(stile_plane_embedder(job->plane))->bytes,
                       STILE_SHA256_LEN),
        item->title,
        item->fallback_title,
        item->url,
        item->metadata,
        item->original,
    };
    return stile_sha256_parts(parts, sizeof parts / sizeof *parts, out, err);
}

/* What is stored under this id now decides whether there is anything to do. */
static stile_status stage_compare(stile_ingest_job *job, stile_error *err)
{
    stile_document *document = &job->write.document, old;
    stile_slice record;
    stile_dbkey key;
    stile_status st;

    job->write.kind = STILE_WRITE_PUT;
    job->write.label = job->label;
    if ((st = stile_docref_of(job->collection->name, job->item->id, &job->write.doc, err)) ||
        (st = fingerprint(job, &document->fingerprint, err)))
        return st;
    key = stile_dbkey_document(&job->write.doc);
    st = stile_store_get(stile_plane_store(job->plane), NULL, STILE_TABLE_DOCUMENTS,
                         stile_dbkey_slice(&key), &job->arena, &record, err);
    if (st == STILE_NOT_FOUND)
        return STILE_OK;
    if (st || (st = stile_document_decode(record, &old, err)))
        return st;
    if (memcmp(old.fingerprint.bytes, document->fingerprint.bytes, STILE_SHA256_LEN) != 0)
        return STILE_OK;
    job->result->chunks = old.chunks;
    job->unchanged = stile_slice_eq(
        stile_label_text(job->label),
        stile_label_text(stile_labels_get(stile_plane_labels(job->plane), old.label)));
    if (!job->unchanged)
        job->write.kind = STILE_WRITE_RELABEL;
    return STILE_OK;
}

static stile_status stage_parse(stile_ingest_job *job, stile_error *err)
{
    const stile_ingest_item *item = job->item;
    stile_document *document = &job->write.document;
    stile_status st;

    if (item->original.len > STILE_MAX_DOCUMENT)
        return stile_fail(err, STILE_TOO_LARGE, "%zu bytes, and a document has at most %u",
                          item->original.len, STILE_MAX_DOCUMENT);
    if ((st = stile_parse(item->format, item->original, &job->arena, &job->parsed, err)) ||
        (st = stile_sha256_of(item->original, &document->original_sha256, err)))
        return st;
    document->collection = job->collection->id;
    document->id = item->id;
    document->url = item->url;
    document->metadata = item->metadata;
    document->format = item->format;
    document->trust = item->trust;
    document->original_len = item->original.len;
    document->title = item->title.len         ? item->title
                      : job->parsed.title.len ? job->parsed.title
                                              : item->fallback_title;
    if (document->title.len > STILE_MAX_TITLE)
        document->title =
            stile_slice_cut(document->title, 0, stile_utf8_floor(document->title, STILE_MAX_TITLE));
    job->write.original = item->original;
    return STILE_OK;
}

static stile_status stage_chunk(stile_ingest_job *job, stile_error *err)
{
    stile_buf pieces;
    stile_status st = stile_chunk_document(&job->parsed, job->item->original, NULL, &job->arena,
                                           &job->chunks, &job->chunk_count, err);

    if (st)
        return st;
    if (!(job->records = stile_arena_array(&job->arena, job->chunk_count, sizeof *job->records)))
        return stile_fail(err, STILE_NO_MEMORY, "ingest: out of memory");
    stile_buf_init(&pieces, (size_t)STILE_MAX_DOCUMENT * 2);
    for (size_t i = 0; !st && i < job->chunk_count; i++) {
        const stile_chunk *chunk = &job->chunks[i];
        stile_chunk_record *record = &job->records[i];
        record->orig_start = chunk->orig_start;
        record->orig_end = chunk->orig_end;
        record->line_start = chunk->line_start;
        record->line_end = chunk->line_end;
        record->heading = chunk->heading;
        record->text = stile_slice_cut(job->parsed.text, chunk->text_start, chunk->text_end);
        stile_buf_reset(&pieces);
        if (!(st = stile_chunk_pieces_encode(&job->parsed, chunk, job->item->original, &pieces,
                                             err)))
            st = stile_arena_copy(&job->arena, stile_buf_slice(&pieces), &record->pieces, err);
    }
    stile_buf_release(&pieces);
    job->write.chunks = job->records;
    job->write.chunk_count = (uint32_t)job->chunk_count;
    job->result->chunks = (uint32_t)job->chunk_count;
    return st;
}

static stile_status scan_chunk(stile_ingest_job *job, stile_scanner *scanner, size_t i,
                               stile_buf *record, stile_error *err)
{
    stile_chunk_record *chunks = job->records;
    stile_chunk_place place = {
        .document = &job->write.document,
        .text = chunks[i].text,
        .heading = chunks[i].heading,
        .original = job->item->original,
        .orig_end = chunks[i].orig_end,
        .last = i + 1 == job->chunk_count,
    };
    stile_scan_input input;
    stile_verdict verdict;
    stile_cached_verdict *cached = &job->verdicts[i];
    stile_status st;

    if (i > 0) {
        place.before = chunks[i - 1].text;
        place.previous_end = chunks[i - 1].orig_end;
    }
    if (!place.last)
        place.after = chunks[i + 1].text;
    stile_chunk_scan_input(&place, &input);
    if ((st = stile_scan_input_digest(&input, &chunks[i].scan_input, err)) ||
        (st = stile_scan(scanner, &input, &job->arena, &verdict, err)) ||
        (st = stile_chunk_verdict_key(stile_label_text(job->label), &chunks[i].scan_input,
                                      stile_policy_hash(job->policy), &cached->key, err)))
        return st;
    stile_buf_reset(record);
    stile_verdict_encode(&verdict, record);
    if ((st = stile_buf_ok(record, err)))
        return st;
    job->result->flagged += verdict.flagged;
    job->result->withheld += verdict.disposition == STILE_DISPOSITION_WITHHELD;
    return stile_arena_copy(&job->arena, stile_buf_slice(record), &cached->record, err);
}

static stile_status stage_scan(stile_ingest_job *job, stile_error *err)
{
    stile_worker *worker = NULL;
    stile_buf record;
    stile_status st = stile_worker_acquire(job->plane, job->policy, &worker, err);

    if (st)
        return st;
    stile_buf_init(&record, (size_t)16 << 20);
    job->verdicts = stile_arena_array(&job->arena, job->chunk_count, sizeof *job->verdicts);
    if (!job->verdicts)
        st = stile_fail(err, STILE_NO_MEMORY, "ingest: out of memory");
    for (size_t i = 0; !st && i < job->chunk_count; i++)
        st = scan_chunk(job, worker->scanner, i, &record, err);
    stile_buf_release(&record);
    stile_worker_release(job->plane, worker);
    job->write.verdicts = job->verdicts;
    job->write.verdict_count = job->chunk_count;
    return st;
}

static stile_status stage_embed(stile_ingest_job *job, stile_error *err)
{
    stile_embedder *embedder = stile_plane_embedder(job->plane);
    size_t dim = stile_embedder_dim(embedder), n = job->chunk_count;
    stile_embed_text *texts;
    float *vectors, *scales;
    int8_t *codes;
    stile_status st;

    if (dim == 0)
        return STILE_OK;
    texts = stile_arena_array(&job->arena, n, sizeof *texts);
    vectors = stile_arena_array(&job->arena, n, dim * sizeof *vectors);
    codes = stile_arena_array(&job->arena, n, dim);
    scales = stile_arena_array(&job->arena, n, sizeof *scales);
    if (!texts || !vectors || !codes || !scales)
        return stile_fail(err, STILE_NO_MEMORY, "ingest: out of memory");
    for (size_t i = 0; i < n; i++)
        texts[i] = (stile_embed_text){job->write.document.title, job->records[i].text};
    if ((st = stile_embedder_embed(embedder, STILE_EMBED_DOCUMENT, texts, n, vectors, err)))
        return st;
    for (size_t i = 0; i < n; i++)
        stile_code_encode(vectors + i * dim, dim, codes + i * dim, &scales[i]);
    job->write.codes = codes;
    job->write.scales = scales;
    return STILE_OK;
}

static stile_status stage_terms(stile_ingest_job *job, stile_error *err)
{
    stile_worker *worker = NULL;
    stile_terms *terms = stile_arena_array(&job->arena, job->chunk_count, sizeof *terms);
    stile_status st;

    if (!terms)
        return stile_fail(err, STILE_NO_MEMORY, "ingest: out of memory");
    if ((st = stile_worker_acquire(job->plane, job->policy, &worker, err)))
        return st;
    for (size_t i = 0; !st && i < job->chunk_count; i++)
        st = stile_terms_of(worker->analyzer, job->write.document.title, job->records[i].text,
                            &job->arena, &terms[i], err);
    stile_worker_release(job->plane, worker);
    job->write.terms = terms;
    return st;
}

typedef struct stage {
    const char *name;
    stile_status (*run)(stile_ingest_job *job, stile_error *err);
} stage;

/* Label and compare come before parse: what may not be written, or need not be, costs nothing. */
static const stage stages[] = {
    {"label", stage_label}, {"compare", stage_compare}, {"parse", stage_parse},
    {"chunk", stage_chunk}, {"scan", stage_scan},       {"embed", stage_embed},
    {"terms", stage_terms},
};

stile_status stile_ingest_prepare(stile_ingest_job *job, stile_error *err)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        stile_status st = stages[i].run(job, err);
        if (st)
            return st;
        if (job->unchanged || job->write.kind == STILE_WRITE_RELABEL)
            return STILE_OK;
    }
    return STILE_OK;
}

void stile_ingest_job_release(stile_ingest_job *job)
{
    stile_label_destroy(job->label);
    stile_arena_release(&job->arena);
}
