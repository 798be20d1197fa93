/* SPDX-License-Identifier: Apache-2.0 */
/* stile.yaml holds two levels only: section, then key: value, where a value is a scalar or a
 * list of scalars. One table maps "section.key" to a field of the configuration. */
#include "plane/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"

#define MAX_CONFIG ((size_t)64 * 1024)

typedef enum { TEXT, COUNT, SHARE, SHARE_OR_NONE, WEIGHT } kind;

static const struct {
    const char *name;
    size_t offset;
    kind kind;
} fields[] = {
    {"embedder.kind", offsetof(stile_config, embedder.kind), TEXT},
    {"embedder.model_path", offsetof(stile_config, embedder.model_path), TEXT},
    {"embedder.url", offsetof(stile_config, embedder.url), TEXT},
    {"embedder.model", offsetof(stile_config, embedder.model), TEXT},
    {"embedder.key_file", offsetof(stile_config, embedder.key_file), TEXT},
    {"embedder.dimensions", offsetof(stile_config, embedder.dimensions), COUNT},
    {"embedder.batch", offsetof(stile_config, embedder.batch), COUNT},
    {"embedder.timeout_ms", offsetof(stile_config, embedder.timeout_ms), COUNT},
    {"reranker.kind", offsetof(stile_config, reranker.kind), TEXT},
    {"reranker.url", offsetof(stile_config, reranker.url), TEXT},
    {"reranker.model", offsetof(stile_config, reranker.model), TEXT},
    {"reranker.key_file", offsetof(stile_config, reranker.key_file), TEXT},
    {"reranker.candidates", offsetof(stile_config, reranker.candidates), COUNT},
    {"reranker.timeout_ms", offsetof(stile_config, reranker.timeout_ms), COUNT},
    {"judge.kind", offsetof(stile_config, judge.kind), TEXT},
    {"judge.url", offsetof(stile_config, judge.url), TEXT},
    {"judge.model", offsetof(stile_config, judge.model), TEXT},
    {"judge.label", offsetof(stile_config, judge.label), TEXT},
    {"judge.key_file", offsetof(stile_config, judge.key_file), TEXT},
    {"judge.threshold", offsetof(stile_config, judge.threshold), SHARE},
    {"judge.batch", offsetof(stile_config, judge.batch), COUNT},
    {"judge.timeout_ms", offsetof(stile_config, judge.timeout_ms), COUNT},
    {"index.ann_rows", offsetof(stile_config, index.ann_rows), COUNT},
    {"index.language", offsetof(stile_config, index.language), TEXT},
    {"index.k1", offsetof(stile_config, index.k1), WEIGHT},
    {"index.b", offsetof(stile_config, index.b), SHARE_OR_NONE},
    {"index.title_weight", offsetof(stile_config, index.title_weight), WEIGHT},
    {"scan.rules", offsetof(stile_config, scan.rules), TEXT},
    {"scan.frozen", offsetof(stile_config, scan.frozen), TEXT},
    {"scan.threshold_external", offsetof(stile_config, scan.threshold[0]), SHARE},
    {"scan.threshold_internal", offsetof(stile_config, scan.threshold[1]), SHARE},
    {"scan.threshold_curated", offsetof(stile_config, scan.threshold[2]), SHARE},
    {"release.secrets", offsetof(stile_config, release.secrets), TEXT},
    {"release.personal", offsetof(stile_config, release.personal), TEXT},
    {"scan.shadow_least", offsetof(stile_config, scan.shadow_least), COUNT},
    {"scan.withheld_rise", offsetof(stile_config, scan.withheld_rise), SHARE},
    {"scan.trial_chunks", offsetof(stile_config, scan.trial_chunks), COUNT},
    {"scan.rescan_rate", offsetof(stile_config, scan.rescan_rate), COUNT},
    {"scan.spike_least", offsetof(stile_config, scan.spike_least), COUNT},
    {"scan.spike_rise", offsetof(stile_config, scan.spike_rise), SHARE},
    {"server.listen", offsetof(stile_config, server.listen), TEXT},
    {"server.threads", offsetof(stile_config, server.threads), COUNT},
};

static const char template_text[] =
    "# stile: configuration of this data directory. Every key is optional.\n"
    "\n"
    "# Lowest first. Changing them later is refused where stored labels need a removed one.\n"
    "levels: [public, internal, confidential, restricted]\n"
    "\n"
    "embedder:\n"
    "  kind: static            # static (built in), endpoint (OpenAI-compatible), none (lexical)\n"
    "  # url: http://127.0.0.1:8080/v1\n"
    "  # model: all-minilm\n"
    "  # key_file: /etc/stile/embedder.token\n"
    "\n"
    "reranker:\n"
    "  kind: none              # none, cohere (Cohere, Jina, vLLM, llama.cpp), tei\n"
    "  # url: http://127.0.0.1:8080/v1/rerank\n"
    "  # model: bge-reranker-base\n"
    "  # key_file: /etc/stile/reranker.token\n"
    "  # candidates: 50        # texts judged a query; more is slower and finds more\n"
    "\n"
    "index:\n"
    "  language: en            # stemming\n"
    "  ann_rows: 2000000       # a label with so many chunks gets a FAISS index of its own\n"
    "  # k1: 1.2               # BM25: how much a word repeated counts\n"
    "  # b: 0.75               # and how much of a long text's length counts against it\n"
    "  # title_weight: 1.0     # a word of the title counts as so many of the text\n"
    "\n"
    "judge:                    # a model elsewhere, beside rules and classifier\n"
    "  kind: none              # none, tei (text-embeddings-inference's /predict), plain\n"
    "  # url: http://127.0.0.1:8080/predict\n"
    "  # label: INJECTION      # tei: the class that means injection\n"
    "  # threshold: 0.9\n"
    "\n"
    "release:                  # of text that is released: off, mark or redact\n"
    "  secrets: redact         # keys, tokens, passwords\n"
    "  personal: off           # e-mail addresses, phone, card and account numbers\n"
    "\n"
    "# scan:\n"
    "#   shadow_least: 200     # a promotion needs so many chunks compared in shadow,\n"
    "#   withheld_rise: 0.01   # and at most this share of them newly withheld\n"
    "#   spike_rise: 0.05      # more than this, after it, rolls it back\n"
    "#   frozen: /etc/stile/frozen.jsonl  # labelled texts: a classifier must not do worse on "
    "them\n"
    "\n"
    "server:\n"
    "  listen: 127.0.0.1:7717\n"
    "  threads: 2\n";

const char *stile_config_template(void)
{
    return template_text;
}

typedef struct {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; deleted before the next */
    bool held;
    const char *path;
    stile_arena *arena;
    stile_config *config;
} reader;

static stile_status fault(const reader *r, stile_error *err, const char *what)
{
    size_t line = r->held ? r->event.start_mark.line : r->parser.problem_mark.line;
    return stile_fail(err, STILE_INVALID, "%s:%zu: %s", r->path, line + 1, what);
}

static stile_status next(reader *r, stile_error *err)
{
    if (r->held)
        yaml_event_delete(&r->event);
    r->held = false;
    if (!yaml_parser_parse(&r->parser, &r->event))
        return fault(r, err, r->parser.problem ? r->parser.problem : "not YAML");
    r->held = true;
    if (r->event.type == YAML_ALIAS_EVENT)
        return fault(r, err, "aliases are not allowed");
    return STILE_OK;
}

static stile_status copy_scalar(const reader *r, const char **out, stile_error *err)
{
    stile_slice copy;
    stile_status st;

    if (r->event.type != YAML_SCALAR_EVENT)
        return fault(r, err, "expected a single value");
    st = stile_arena_copy(r->arena,
                          stile_slice_of(r->event.data.scalar.value, r->event.data.scalar.length),
                          &copy, err);
    if (!st)
        *out = copy.ptr;
    return st;
}

static stile_status set_count(const reader *r, const char *value, uint32_t *out, stile_error *err)
{
    char *end = NULL;
    unsigned long count = strtoul(value, &end, 10);

    if (end == value || *end || count == 0 || count > 1000000000 || *value == '-')
        return fault(r, err, "expected a whole number from 1 to 1000000000");
    *out = (uint32_t)count;
    return STILE_OK;
}

/* A comparison with what is not a number is false, so that is refused too. */
static stile_status set_real(const reader *r, const char *value, kind expected, double *out,
                             stile_error *err)
{
    char *end = NULL;
    double real = strtod(value, &end), most = expected == WEIGHT ? 1000 : 1;
    bool number = end != value && !*end && (real > 0 || (expected == SHARE_OR_NONE && real == 0));

    if (!number || !(real <= most))
        return fault(r, err,
                     expected == WEIGHT          ? "expected a number above 0 and at most 1000"
                     : expected == SHARE_OR_NONE ? "expected a number from 0 to 1"
                                                 : "expected a number above 0 and at most 1");
    *out = real;
    return STILE_OK;
}

static stile_status set_field(reader *r, const char *name, stile_error *err)
{
    stile_status st;
    const char *value = NULL;
    char message[128];
    size_t f = 0;
    void *field;

    while (f < sizeof fields / sizeof *fields && strcmp(fields[f].name, name) != 0)
        f++;
    if (f == sizeof fields / sizeof *fields) {
        (void)snprintf(message, sizeof message, "unknown key %.80s", name);
        return fault(r, err, message);
    }
    if ((st = copy_scalar(r, &value, err)))
        return st;
    field = (char *)r->config + fields[f].offset;
    if (fields[f].kind == COUNT)
        return set_count(r, value, field, err);
    if (fields[f].kind != TEXT)
        return set_real(r, value, fields[f].kind, field, err);
    *(const char **)field = value;
    return STILE_OK;
}

static stile_status read_levels(reader *r, stile_error *err)
{
    stile_status st;

    if (r->event.type != YAML_SEQUENCE_START_EVENT)
        return fault(r, err, "levels: expected a list, lowest first");
    r->config->level_count = 0;
    for (;;) {
        if ((st = next(r, err)))
            return st;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return STILE_OK;
        if (r->config->level_count == STILE_MAX_LEVELS)
            return fault(r, err, "levels: too many");
        if ((st = copy_scalar(r, &r->config->levels[r->config->level_count++], err)))
            return st;
    }
}

static stile_status read_section(reader *r, const char *section, stile_error *err)
{
    stile_status st;

    if (r->event.type == YAML_SCALAR_EVENT && r->event.data.scalar.length == 0)
        return STILE_OK; /* a section whose keys are all commented out */
    if (r->event.type != YAML_MAPPING_START_EVENT)
        return fault(r, err, "expected keys under this section");
    for (;;) {
        const char *key = NULL;
        char name[256];
        if ((st = next(r, err)) || r->event.type == YAML_MAPPING_END_EVENT)
            return st;
        if ((st = copy_scalar(r, &key, err)))
            return st;
        (void)snprintf(name, sizeof name, "%s.%s", section, key);
        if ((st = next(r, err)) || (st = set_field(r, name, err)))
            return st;
    }
}

static stile_status read_document(reader *r, stile_error *err)
{
    stile_status st;

    do {
        if ((st = next(r, err)))
            return st;
        if (r->event.type == YAML_STREAM_END_EVENT)
            return STILE_OK; /* nothing but comments */
    } while (r->event.type == YAML_STREAM_START_EVENT ||
             r->event.type == YAML_DOCUMENT_START_EVENT);
    if (r->event.type != YAML_MAPPING_START_EVENT)
        return fault(r, err, "expected keys at the top");
    for (;;) {
        const char *key = NULL;
        if ((st = next(r, err)) || r->event.type == YAML_MAPPING_END_EVENT)
            return st;
        if ((st = copy_scalar(r, &key, err)) || (st = next(r, err)))
            return st;
        st = strcmp(key, "levels") == 0 ? read_levels(r, err) : read_section(r, key, err);
        if (st)
            return st;
    }
}

stile_status stile_config_load(const char *path, stile_arena *arena, stile_config *out,
                               stile_error *err)
{
    stile_status st;
    stile_buf text;
    stile_config config = {
        .levels = {"public", "internal", "confidential", "restricted"},
        .level_count = 4,
        .index = {.ann_rows = 2000000, .language = "en", .k1 = 1.2, .b = 0.75, .title_weight = 1.0},
        .embedder = {.kind = "static"},
        .release = {.secrets = "redact", .personal = "off"},
        .scan = {.shadow_least = 200,
                 .withheld_rise = 0.01,
                 .trial_chunks = 10000,
                 .spike_least = 100,
                 .rescan_rate = 200,
                 .spike_rise = 0.05},
        .server = {.listen = "127.0.0.1:7717", .threads = 2},
    };
    reader r = {.path = path, .arena = arena, .config = &config};

    stile_buf_init(&text, MAX_CONFIG);
    st = stile_file_read(path, &text, err);
    if (st == STILE_NOT_FOUND) {
        st = STILE_OK;
    } else if (!st && !yaml_parser_initialize(&r.parser)) {
        st = stile_fail(err, STILE_NO_MEMORY, "%s: out of memory", path);
    } else if (!st) {
        yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.ptr ? text.ptr : ""),
                                     text.len);
        st = read_document(&r, err);
        if (r.held)
            yaml_event_delete(&r.event);
        yaml_parser_delete(&r.parser);
    }
    stile_buf_release(&text);
    if (!st)
        *out = config;
    return st;
}
